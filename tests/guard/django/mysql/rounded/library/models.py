from django.db import models


class Account(models.Model):
    holder = models.CharField(max_length=80)
    rate = models.DecimalField(max_digits=12, decimal_places=2)


class Payment(models.Model):
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    paid_at = models.DateTimeField()
