"""Name several of two things rightly."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0003_print_batch'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='ordertax',
            options={'ordering': ['name'], 'verbose_name_plural': 'order taxes'},
        ),
        migrations.AlterModelOptions(
            name='printbatch',
            options={'verbose_name_plural': 'print batches'},
        ),
    ]
