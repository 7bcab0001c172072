from django.db import models


class Account(models.Model):
    holder = models.CharField(max_length=80)
    closed = models.BooleanField(default=False)
    rate = models.DecimalField(max_digits=12, decimal_places=6)


class Payment(models.Model):
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    paid_at = models.DateTimeField(db_index=True)


class Note(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    text = models.TextField()
