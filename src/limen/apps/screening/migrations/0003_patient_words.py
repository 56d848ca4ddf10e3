from django.db import migrations

import limen.apps.records.fields


class Migration(migrations.Migration):
    dependencies = [("screening", "0002_onboarding_notes")]

    operations = [
        migrations.AddField(
            model_name="medicationtrial",
            name="patient_words",
            field=limen.apps.records.fields.EncryptedTextField(blank=True, default=""),
        ),
    ]
