from django.db import models


class Reader(models.Model):
    name = models.CharField(max_length=80)
    email = models.EmailField(unique=True)


class Loan(models.Model):
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE)
    title = models.CharField(max_length=120)
    due = models.DateField()
    fine = models.DecimalField(max_digits=8, decimal_places=2, default=0)
