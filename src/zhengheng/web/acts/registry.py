"""All kinds of objects with acts, in the order of the road."""

# Their modules make the functions of the jobs known.
import zhengheng.web.appeals.jobs
import zhengheng.web.publication.jobs
import zhengheng.web.rectification.jobs
import zhengheng.web.reminders.jobs
import zhengheng.web.results.jobs
import zhengheng.web.results.target_effects  # noqa: F401
from zhengheng.web.acts.declare import Kind
from zhengheng.web.acts.known import know
from zhengheng.web.appeals.acts import APPEALS
from zhengheng.web.appeals.interests import CONFLICTS
from zhengheng.web.appeals.objections import OBJECTIONS
from zhengheng.web.audits.acts import AUDITS
from zhengheng.web.comments.acts import COMMENTS
from zhengheng.web.days.acts import CALENDARS
from zhengheng.web.decisions.acts import DECISIONS
from zhengheng.web.handovers.acts import HANDOVERS
from zhengheng.web.ledger.acts import ERASURES
from zhengheng.web.meetings.acts import COMMITMENTS
from zhengheng.web.publication.acts import PUBLICATIONS
from zhengheng.web.rectification.acts import RECTIFICATIONS
from zhengheng.web.reminders.acts import CHANNELS
from zhengheng.web.reorganisation.acts import REORGANISATIONS
from zhengheng.web.reporting.acts import REPORTS
from zhengheng.web.reporting.items import ITEMS
from zhengheng.web.reporting.self_reports import SELF_REPORTS
from zhengheng.web.reporting.tolerance import TOLERANCES
from zhengheng.web.results.acts import RESULTS
from zhengheng.web.rulebooks.acts import RULEBOOKS
from zhengheng.web.rulebooks.questions import PROPOSALS, QUESTIONS
from zhengheng.web.targets.acts import TARGETS
from zhengheng.web.targets.changes import CHANGES

KINDS: tuple[Kind, ...] = (
    RULEBOOKS, QUESTIONS, PROPOSALS, TARGETS, CHANGES, REPORTS, ITEMS, SELF_REPORTS, TOLERANCES, AUDITS, RESULTS, PUBLICATIONS, COMMENTS, APPEALS, OBJECTIONS, CONFLICTS,
    RECTIFICATIONS, COMMITMENTS, DECISIONS, REORGANISATIONS, HANDOVERS, CALENDARS, CHANNELS, ERASURES,
)  # fmt: skip
know(KINDS)

AREAS = (
    *(kind.path for kind in KINDS),
    "reports-sheet", "files", "jobs", "results", "ledger", "accounts", "grants", "targets-import", "comments-import", "units-import", "accounts-import", "grants-import",
)  # fmt: skip
"""The first words of the API's addresses: what a token's writing can be limited to."""
