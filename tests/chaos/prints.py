"""The run ``render``: prints are drawn and files exported while their workers are killed.

In the end every finalised design has its two files, drawn as nobody had been killed, the storage
holds these and no others, every export is whole, and nothing waits any more.
"""

import csv
import hashlib
import os
import random
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from config.door.stack import Options, Stack
from tests.chaos.house import FULL, HEAL_SECONDS, LEASES, Scale, Trouble

if TYPE_CHECKING:
    from uuid import UUID

    from orders.people.callers import Caller
    from tests.chaos.model import Verdict

Facts = dict[str, Any]
PRINTS_FULL, PRINTS_SHORT = 120, 14
SEARCHES = ("chaos.row.made", "for the export", "row.made", "for the", "chaos", "export")
ROWS_FULL, ROWS_SHORT = 400_000, 60_000
EDITIONS = 5
"""So many different designs there are; each is drawn many times and must come out the same."""

_AUDIT = """
INSERT INTO audit_auditevent (shop_id, verb, object_type, object_id, reason, details, request_id)
SELECT %s, 'chaos.row.made', 'row', n::text, 'for the export', '{}', ''
FROM generate_series(1, %s) n
"""


@dataclass(slots=True)
class Studio:
    """A house with a print shop."""

    stack: Stack
    caller: "Caller"
    rng: random.Random
    designs: list["UUID"] = field(default_factory=list)
    exports: list["UUID"] = field(default_factory=list)


def render(scale: Scale) -> tuple["Verdict", Facts]:
    """Finalise designs and ask for exports, kill the workers at them, and look at every file."""
    options = Options(
        services=frozenset({"web", "worker-fast", "worker-remote", "worker-heavy", "beat"}),
        environment={**LEASES, "DEMO": "1"},
    )
    with Stack(options) as stack:
        os.environ.update(stack.environment)
        django.setup()
        return render_in(stack, scale)


def render_in(stack: Stack, scale: Scale) -> tuple["Verdict", Facts]:
    """Play it in a house that is open."""
    studio = _open_studio(stack, scale)
    facts = {"children_killed": 0, "groups_killed": 0, "done_at_the_last_kill": -1}
    _commission(studio, full=scale.products >= FULL.products)
    with Trouble(lambda: _kill(studio, scale, facts), every=0.07):
        _until_made(studio)
    verdict = _judge(studio)
    del facts["done_at_the_last_kill"]
    return verdict, {**facts, **_summary(studio)}


def _open_studio(stack: Stack, scale: Scale) -> Studio:
    from foundation.shops.api import open_shop  # noqa: PLC0415 -- needs Django
    from foundation.shops.models import User  # noqa: PLC0415 -- likewise
    from orders.people.callers import Caller  # noqa: PLC0415 -- likewise
    from tests.orders.shop import open_print_shop  # noqa: PLC0415 -- likewise

    owner = User.objects.create_user("studio@example.com")
    print_shop = open_print_shop(open_shop(name="Studio", owner=owner))
    rng = random.Random(scale.seed)  # noqa: S311 -- the same troubles every time
    return Studio(stack, Caller(print_shop=print_shop, staff_id=owner.pk), rng)


def _commission(studio: Studio, *, full: bool) -> None:
    from django.db import connection  # noqa: PLC0415 -- needs Django

    from foundation.exports.api import start_export  # noqa: PLC0415 -- likewise
    from orders.designs.services import create_design  # noqa: PLC0415 -- likewise
    from orders.renders.finalising import finalise  # noqa: PLC0415 -- likewise
    from tests.orders.shop import jpeg, photo_for, sell  # noqa: PLC0415 -- likewise

    caller = studio.caller
    with connection.cursor() as cursor:
        cursor.execute(_AUDIT, (caller.shop_id, ROWS_FULL if full else ROWS_SHORT))
    size = sell(caller.print_shop.shop, size="20 x 25 cm", mm=(200, 250), dpi=200)
    photos = [photo_for(caller, jpeg(1500, 2000, f"#{n * 40:02x}5a3a")) for n in range(EDITIONS)]
    for number in range(PRINTS_FULL if full else PRINTS_SHORT):
        photo = photos[number % EDITIONS]
        design = create_design(caller=caller, size_id=size.pk, photo_id=photo.pk)
        finalise(caller=caller, design_id=design.pk)
        studio.designs.append(design.pk)
    for text in SEARCHES if full else SEARCHES[:2]:
        wanted = start_export(
            shop_id=caller.shop_id,
            exporter="audit",
            params={"text": text},
            actor_id=caller.staff_id,
        )
        studio.exports.append(wanted.pk)


def _kill(studio: Studio, scale: Scale, facts: Facts) -> None:
    """Kill who is at a print or an export: a worker that only starts has nothing to lose."""
    from foundation.exports.models import ExportJob  # noqa: PLC0415 -- needs Django
    from orders.models import RenderJob  # noqa: PLC0415 -- likewise

    if facts["children_killed"] + facts["groups_killed"] >= scale.kills:
        return
    done = RenderJob.objects.filter(status="completed").count()
    at_work = (
        RenderJob.objects.filter(status="processing").exists()
        or ExportJob.objects.filter(state="running").exists()
    )
    if not at_work or done == facts["done_at_the_last_kill"]:
        return
    facts["done_at_the_last_kill"] = done
    if studio.rng.random() < 0.25:
        studio.stack.kill_group("heavy")
        facts["groups_killed"] += 1
    elif studio.stack.kill_child_randomly("heavy", studio.rng):
        facts["children_killed"] += 1


def _until_made(studio: Studio) -> None:
    from config.demo.waiting import wait_until  # noqa: PLC0415 -- needs Django
    from foundation.exports.models import ExportJob  # noqa: PLC0415 -- likewise
    from orders.models import RenderJob  # noqa: PLC0415 -- likewise

    wait_until(
        lambda: (
            not RenderJob.objects.exclude(status="completed").exists()
            and not ExportJob.objects.exclude(state="done").exists()
        ),
        "the last print and the last export",
        seconds=HEAL_SECONDS + len(studio.designs) * 3,
        every=0.3,
    )


def _summary(studio: Studio) -> Facts:
    from orders.models import RenderJob  # noqa: PLC0415 -- needs Django

    attempts = list(RenderJob.objects.values_list("attempt", flat=True))
    return {
        "prints": len(attempts),
        "attempts": sum(attempts),
        "most_attempts": max(attempts),
        "exports": len(studio.exports),
    }


def _judge(studio: Studio) -> "Verdict":
    from foundation.work.models import Job  # noqa: PLC0415 -- needs Django
    from tests.chaos.model import Verdict  # noqa: PLC0415 -- likewise

    verdict = Verdict()
    files = Path(studio.stack.environment["VAR_DIR"]) / "files"
    _judge_prints(verdict, studio, files)
    _judge_exports(verdict, studio, files)
    for job in Job.objects.filter(name__in=("orders.render", "exports.run")).exclude(state="done"):
        verdict.blame("lost", f"job {job.name} #{job.pk} is {job.state}: {job.error[:200]}")
    return verdict


def _judge_prints(verdict: "Verdict", studio: Studio, files: Path) -> None:
    from orders.models import Design, DesignVersion, RenderJob  # noqa: PLC0415 -- needs Django

    named: set[str] = set()
    for design in Design.objects.filter(pk__in=studio.designs):
        renders = list(RenderJob.objects.filter(design=design))
        if design.status != "ready" or len(renders) != 1:
            verdict.blame("lost", f"design {design.pk}: {design.status}, {len(renders)} renders")
            continue
        named |= {renders[0].image_key, renders[0].pdf_key}
        picture = (files / renders[0].image_key).read_bytes()
        if hashlib.sha256(picture).hexdigest() != renders[0].sha256:
            verdict.blame("wrong", f"the print of {design.pk} is not what was drawn")
    if DesignVersion.objects.count() != len(studio.designs):
        verdict.blame("doubled", "a design was frozen more than once")
    there = {str(each.relative_to(files)) for each in files.glob("prints/**/*") if each.is_file()}
    for key in sorted(there - named):
        verdict.blame("doubled", f"{key} is nobody's file")
    for key in sorted(named - there):
        verdict.blame("lost", f"{key} is not there")
    _judge_editions(verdict)


def _judge_editions(verdict: "Verdict") -> None:
    """Draw each edition once more, undisturbed: it must be the same to the last byte."""
    from foundation.storage.api import open_file  # noqa: PLC0415 -- needs Django
    from orders.artwork.document import read_document  # noqa: PLC0415 -- likewise
    from orders.artwork.printing import render_print  # noqa: PLC0415 -- likewise
    from orders.designs.specs import spec_from_json  # noqa: PLC0415 -- likewise
    from orders.models import RenderJob  # noqa: PLC0415 -- likewise

    drawn: dict[str, set[str]] = {}
    for row in RenderJob.objects.select_related("design"):
        drawn.setdefault(row.design.photo_id.hex, set()).add(row.sha256)
    for photo, sums in drawn.items():
        row = RenderJob.objects.filter(design__photo_id=photo).select_related("design__photo")[0]
        with (
            tempfile.TemporaryDirectory() as folder,
            open_file(row.design.photo.original_key) as source,
        ):
            original = Path(folder) / "photo.jpg"
            original.write_bytes(source.read())
            files = render_print(
                read_document(row.document),
                spec_from_json(row.spec),
                original,
                folder=Path(folder),
            )
            if sums != {files.png_sha256}:
                verdict.blame("wrong", f"the prints of photo {photo} differ")


def _judge_exports(verdict: "Verdict", studio: Studio, files: Path) -> None:
    from foundation.exports.models import ExportJob  # noqa: PLC0415 -- needs Django

    for export in ExportJob.objects.filter(pk__in=studio.exports):
        with (files / export.file_url).open(encoding="utf-8-sig", newline="") as file:
            rows = sum(1 for _ in csv.reader(file)) - 1
        if rows != export.processed_records or rows != export.total_records:
            verdict.blame("wrong", f"export {export.pk} has {rows} rows")
    there = {each for each in files.glob("exports/**/*") if each.is_file()}
    if len(there) != len(studio.exports):
        verdict.blame("doubled", f"{len(there)} files of {len(studio.exports)} exports")
