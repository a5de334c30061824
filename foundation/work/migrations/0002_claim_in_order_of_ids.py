from django.db import migrations, models


class Migration(migrations.Migration):
    """Rows of one INSERT share their time: the claim's index ends with the id."""

    dependencies = [("work", "0001_initial")]

    operations = [
        # The new one first, so that no claim is without an index.
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                fields=["group", "shop", "priority", "run_after", "id"],
                condition=models.Q(("state", "queued")),
                name="job_claim_order",
            ),
        ),
        migrations.RemoveIndex(model_name="job", name="job_claim"),
    ]
