from django.db import migrations
from django.db.models import Q

A_TIME = 2000


def fill(apps, schema_editor):
    """Give each thing its key; of several that are one page, the first. Can be run again."""
    from things.addresses import NotAWebAddress
    from things.canonical import address_key

    Thing = apps.get_model("things", "Thing")
    last = 0
    while True:
        things = list(Thing.objects.filter(Q(key=None), pk__gt=last).order_by("pk")[:A_TIME])
        if not things:
            return
        last = things[-1].pk
        keys = {}
        for thing in things:
            try:
                keys.setdefault(address_key(thing.url), thing)
            except NotAWebAddress:
                continue
        taken = Thing.objects.filter(key__in=list(keys)).values_list("key", flat=True)
        for key in {bytes(key) for key in taken}:
            del keys[key]
        for key, thing in keys.items():
            thing.key = key
        # The historical field computes nothing, and bulk_update calls no pre_save.
        Thing.objects.bulk_update(keys.values(), ["key"], batch_size=500)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("things", "0012_further_addresses"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
