"""What the public still reads of results that no longer stand, and what was to come out of such: while nobody prepares what stands."""

from zhengheng.web.publication.models import Publication
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.newer import successor


def uncorrected() -> list[tuple[Publication, ResultRun]]:
    """The newest release of each result that was replaced, and the version that stands in its place and is not published.

    One that is being prepared counts as published: whoever reviews or releases it has it on the desk.
    """
    found = []
    held = Publication.objects.exclude(state="withdrawn").select_related("run")
    out = held.filter(state="released", run__state="replaced").order_by("pk")
    for one in out.exclude(pk__in=held.exclude(corrects=None).values("corrects")):
        stands = successor(one.run)
        if stands is not None and not held.filter(run=stands).exists():
            found.append((one, stands))
    return found


def given_up() -> list[tuple[Publication, ResultRun]]:
    """The newest publication of each result that was withdrawn because the result was replaced, and the version that nobody
    prepared in its place; nothing of the period is out or being prepared."""
    held = Publication.objects.exclude(state="withdrawn").select_related("run")
    found: dict[int, tuple[Publication, ResultRun]] = {}
    for one in Publication.objects.filter(state="withdrawn", run__state="replaced").select_related("run").order_by("pk"):  # fmt: skip
        stands = successor(one.run)
        same = held.filter(run__rulebook=one.run.rulebook, run__period=one.run.period)
        if stands is not None and not same.exists():
            found[stands.pk] = (one, stands)
    return list(found.values())
