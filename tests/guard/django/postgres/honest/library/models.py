from django.db import models


class Branch(models.Model):
    name = models.CharField(max_length=60, unique=True)


class Reader(models.Model):
    name = models.CharField(max_length=80)
    email = models.EmailField(unique=True)
    branch = models.ForeignKey(Branch, null=True, on_delete=models.SET_NULL)


class Loan(models.Model):
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE)
    title = models.CharField(max_length=120)
    due = models.DateField(db_index=True)
    fine = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    renewed = models.BooleanField(default=False)
