import os

import pymysql

pymysql.install_as_MySQLdb()

SECRET_KEY = "only for migrations"
INSTALLED_APPS = ["library"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.mysql",
        "HOST": os.environ["DB_HOST"],
        "PORT": int(os.environ["DB_PORT"]),
        "USER": os.environ["DB_USERNAME"],
        "PASSWORD": os.environ.get("DB_PASSWORD", ""),
        "NAME": os.environ["DB_DATABASE"],
    }
}
