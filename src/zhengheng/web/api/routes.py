"""The addresses under /api/v1. They translate; selectors and services decide."""

from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.pagination import paginate
from ninja.security import HttpBearer, SessionAuth

from zhengheng.domain.problems import Language, NotFoundError, Problem, ZhenghengError
from zhengheng.engines.outputs import is_provisional
from zhengheng.engines.scoreboard import Line
from zhengheng.scoring.contracts import STATUS_WORDS
from zhengheng.web.accounts import credentials
from zhengheng.web.accounts import services as accounts
from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.accounts.proving import require_proof
from zhengheng.web.accounts.request import OfficeRequest, owes_password
from zhengheng.web.accounts.second_factor import wanted
from zhengheng.web.accounts.selectors import ForbiddenError, listed, require, standing
from zhengheng.web.accounts.token_views import WORDS
from zhengheng.web.acts.forms import why_of
from zhengheng.web.api import schemas as s
from zhengheng.web.api.acts import at_once
from zhengheng.web.api.acts import router as acts
from zhengheng.web.api.desk import router as desk
from zhengheng.web.api.overview import router as overview
from zhengheng.web.api.paging import Pages, check_filters
from zhengheng.web.api.problems import answer
from zhengheng.web.api.reading import router as reading
from zhengheng.web.api.renewals import router as renewals
from zhengheng.web.api.repeat import Again, Writing
from zhengheng.web.ledger import selectors as ledger
from zhengheng.web.ledger import services as ledger_services
from zhengheng.web.ledger.models import LedgerEntry, SignedCheckpoint
from zhengheng.web.ledger.restored import acknowledge
from zhengheng.web.organisation import selectors as organisation
from zhengheng.web.organisation.models import Unit
from zhengheng.web.overview.reports import warned
from zhengheng.web.pages.requests import http_status
from zhengheng.web.pages.tags import language, say, show
from zhengheng.web.pages.views import CSRF
from zhengheng.web.reporting import projection
from zhengheng.web.results import selectors as results
from zhengheng.web.results import services as result_services
from zhengheng.web.results import trials
from zhengheng.web.results.grades import Decided, passport_of, shown_of
from zhengheng.web.results.models import ResultRun

ERRORS = dict.fromkeys((401, 403, 404, 409, 422), s.ErrorOut)


class Door(SessionAuth):
    """A signed-in account whose password nobody else knows."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        user = request.user
        known = user.is_authenticated and isinstance(user, Account) and not owes_password(request)
        if known and not wanted(cast("OfficeRequest", request)):
            return user
        return None


class TokenError(Exception):
    """A token that opens nothing."""


class Token(HttpBearer):
    """A program with a token, which the middleware has looked at; one that opens nothing is told so, and is no browser without a cookie."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        if getattr(request, "by_token", False):
            return request.user
        scope = getattr(request, "lacking", "")
        if scope:
            zh, en = WORDS.get(scope, (scope, scope))
            raise ForbiddenError.one(
                scope, "token.scope", zh=f"令牌的范围不包括“{zh}”（{scope}）；请在“API 令牌”页面生成一个包括这一范围的令牌。",
                en=f'the token has not the scope "{en}" ({scope}); make one that has it under "Tokens"',
            )  # fmt: skip
        raise TokenError


api = NinjaAPI(
    title="政衡 Zhengheng", version="1", urls_namespace="api", auth=[Token(), Door(csrf=True)], docs_url=None,
    description="Every address asks for an account and obeys its roles. Errors are problem+json with stable codes.",
)  # fmt: skip
router = Writing()


@api.exception_handler(ZhenghengError)
def _expected(request: HttpRequest, error: ZhenghengError) -> HttpResponse:
    return answer(request, http_status(error), error.problems)


@api.exception_handler(Again)
def _again(request: HttpRequest, error: Again) -> HttpResponse:
    return HttpResponse(status=409)  # `once` puts the first request's answer in its place


@api.exception_handler(TokenError)
def _no_token(request: HttpRequest, error: TokenError) -> HttpResponse:
    said = (
        "令牌不存在、已到期或已作废，或其账号已停用、须先更换密码。",
        "there is no such token, it has ended or was revoked, or its account is closed or owes a new password",
    )
    return answer(request, 401, (Problem("token", "token.ended", *said),))


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    said = "请先登录, 并换掉初始密码", "sign in first, and change a first password"
    return answer(request, 401, (Problem("session", "sign_in.needed", *said),))


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = tuple(
        Problem(".".join(map(str, one["loc"])), f"field.{one['type']}", f"{one['loc'][-1]}：{zh}。", f"{one['loc'][-1]}: {en}")
        for one in error.errors for zh, en in (why_of(one["type"], one.get("ctx")),)
    )  # fmt: skip
    return answer(request, 422, at_once(cast("OfficeRequest", request), found))


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = error.status_code if error.status_code in ERRORS else 422
    words = CSRF if code == 403 else ("请求正文无法读取，请按接口说明以 JSON 发送。", "the body of the request cannot be read; send JSON as the API describes it")  # fmt: skip
    return answer(request, code, (Problem("request", f"http.{error.status_code}", *words),))


def _absent(what: str) -> NotFoundError:
    return NotFoundError.one(what, "absent", zh=f"没有 {what}", en=f"there is no {what}")


def _account(username: str) -> Account:
    found = Account.objects.filter(username=username).first()
    if found is None:
        raise _absent(f"account {username}")
    return found


@router.get("/me", response={200: s.MeOut, 401: s.ErrorOut})
def me(request: OfficeRequest) -> dict[str, Any]:
    """Who the caller is, and what he may be."""
    held = standing(request.now.date()).filter(account=request.user)
    return {"username": request.user.username, "name": request.user.name, "grants": list(held)}


@router.get("/units", response={200: list[s.UnitOut], 401: s.ErrorOut, 422: s.ErrorOut})
@paginate(Pages)
def units(request: OfficeRequest, kind: str = "") -> QuerySet[Unit]:
    """Units that exist today, by code; `kind` narrows them."""
    day = request.now.date()
    require(request.user, "organisation.read", day)
    found = organisation.standing(day).select_related("parent")
    check_filters(request, kind=sorted(set(found.values_list("kind", flat=True))))
    return found.filter(kind=kind) if kind else found


@router.get("/units/{code}", response={200: s.UnitOut, **ERRORS})
def unit(request: OfficeRequest, code: str) -> Unit:
    """One unit, also one that was closed."""
    require(request.user, "organisation.read", request.now.date())
    found = Unit.objects.select_related("parent").filter(code=code).first()
    if found is None:
        raise _absent(f"unit {code}")
    return found


@router.get("/accounts", response={200: list[s.AccountOut], **ERRORS})
def account_list(request: OfficeRequest) -> list[dict[str, Any]]:
    """Everybody who can sign in, with standing grants."""
    day = request.now.date()
    require(request.user, "account.list", day)
    return [_account_out(account, grants) for account, grants in listed(day)]


def _account_out(account: Account, grants: list[RoleGrant]) -> dict[str, Any]:
    return {
        "username": account.username, "name": account.name, "is_active": account.is_active,
        "last_login": account.last_login, "row_version": account.row_version, "grants": grants,
    }  # fmt: skip


@router.post("/accounts", response={201: s.NewAccountOut, **ERRORS})
def account_create(request: OfficeRequest, given: s.AccountIn) -> Any:
    """A new account without any right; its first password is drawn by lot and told this once."""
    made, password = credentials.new_account(
        username=given.username, name=given.name, actor=request.user, now=request.now
    )
    return Status(201, _account_out(made, []) | {"password": password})


@router.post("/accounts/{username}/unlock", response={204: None, **ERRORS})
def account_unlock(request: OfficeRequest, username: str, given: s.VersionIn) -> Any:
    """Let a locked account try again."""
    require(request.user, "account.unlock", request.now.date())
    accounts.unlock_account(
        account=_account(username),
        row_version=given.row_version,
        actor=request.user,
        now=request.now,
    )
    return Status(204, None)


@router.post("/accounts/{username}/grants", response={201: s.GrantOut, **ERRORS})
def grant_give(request: OfficeRequest, username: str, given: s.GrantIn) -> Any:
    """Give a role."""
    require_proof(request)
    require(request.user, "grant.give", request.now.date())
    typed = {name: str(held or "") for name, held in given.model_dump().items()}
    made = accounts.give_typed(account=_account(username), typed=typed, actor=request.user, now=request.now)  # fmt: skip
    return Status(201, made)


@router.get("/results", response={200: list[s.RunOut], **ERRORS})
def result_list(request: OfficeRequest) -> list[ResultRun]:
    """The runs that the caller may see."""
    return results.visible(request.user, request.now.date())


@router.post("/results", response={201: s.RunOut, **ERRORS})
def result_register(request: OfficeRequest, given: s.RunIn) -> Any:
    """Bring a computed run of the lake into the procedure."""
    require(request.user, "result.register", request.now.date())
    made = result_services.register_run(run=given.run, actor=request.user, now=request.now)
    return Status(201, made)


def _seen(request: OfficeRequest, name: str, what: str) -> ResultRun:
    """The run, if the caller may see it; before its notice the look is recorded."""
    run = results.find(name, request.user, request.now.date())
    result_services.watched(run=run, what=f"api {what}", actor=request.user, now=request.now)
    return run


@router.get("/results/{run}", response={200: s.BoardOut, **ERRORS})
def result_board(request: OfficeRequest, run: str) -> dict[str, Any]:
    """The scoreboard by comparison group."""
    found = _seen(request, run, "scoreboard")
    made, board = results.board(found.run, language())
    decided = shown_of(found)
    return {
        "run": found, "at": made.plan.at, "rulebook_version": made.rulebook.version,
        "provisional": is_provisional(made), "units": board.units, "ranked": board.ranked,
        "notices": warned(found, request.now.date()),
        "groups": [{"name": group.name, "lines": [_graded(line, decided, language()) for line in group.lines]} for group in board.groups],
    }  # fmt: skip


def _graded(line: Line, decided: dict[str, Decided], spoken: Language) -> dict[str, Any]:
    """A line with the decided grade, the computed one and the reason as fields of their own."""
    said = {name: getattr(line, name) for name in line.__dataclass_fields__} | {"lights": dict(line.lights)}  # fmt: skip
    held = decided.get(line.unit)
    if held is None:
        return said | {"grade_reason": line.bound}
    return said | held.fields(spoken)


@router.get("/results/{run}/units/{code}", response={200: dict[str, Any], **ERRORS})
def result_passport(request: OfficeRequest, run: str, code: str) -> dict[str, Any]:
    """One unit's score passport, from the total to the source row.

    Where the commission decided the grade, `grade` is the decided one, `computed_grade` what was computed,
    `grade_reason` the reason; `detail` says both.
    """
    found = _seen(request, run, f"unit {code}")
    result_services.record_service(run=found, unit=code, actor=request.user, now=request.now)
    entry, decided = passport_of(found, code, language())
    return entry.as_dict() | (decided.fields(language()) if decided else {})


@router.get(
    "/results/{run}/units/{code}/sources/{file}/{row}", response={200: s.SourceRowOut, **ERRORS}
)
def result_source(
    request: OfficeRequest, run: str, code: str, file: s.Number, row: s.Number
) -> dict[str, Any]:
    """One source row that a unit's values rest on, as it stood; no other row can be asked for."""
    found = _seen(request, run, f"unit {code}")
    held, state = results.unit_source(found.run, code, file, row, language())
    return {**vars(held), "kept": state}


@router.get("/results/{run}/units/{code}/trial", response={200: s.TrialOut, **ERRORS})
def result_trial(
    request: OfficeRequest, run: str, code: str, indicator: str, period: str, value: str
) -> dict[str, Any]:
    """What another value would make of the unit's own score; for its own people, kept nowhere."""
    found = results.find(run, request.user, request.now.date())
    require(request.user, "result.try", request.now.date(), units={"own": [code]})
    row = {
        "unit": code,
        "indicator": indicator,
        "period": period,
        "value": value,
        "status": STATUS_WORDS["value"][0],
        **trials.KEPT_NOWHERE,
    }
    return results.outcome(trials.base_of(found), trials.tried(found, row), code, language())


@router.get("/projection", response={200: list[s.YearEndOut], **ERRORS})
def year_end(request: OfficeRequest) -> list[dict[str, Any]]:
    """Where the years of the caller's own units would end at the pace so far: a trial, kept nowhere."""
    return [
        {"rulebook": one.rulebook.code, "period": one.rulebook.period, "unit": one.unit, "total": one.total, "full": one.full,
         "unknown": one.unknown,
         "indicators": [
             {"indicator": item.code, "reported": item.reported, "periods": item.periods, "value": item.mark.value,
              "target": item.mark.target, "measure_unit": item.measure_unit, "line": show(item.mark.line) if item.mark.line else "", "points": item.mark.points, "full": item.mark.full, "status": item.mark.status,
              "lacking": [f"{show(what)}{say('：', ': ')}{show(state)}" for what, state in item.lacks]}
             for item in one.expected
         ]}
        for one in projection.year_ends(request.user, request.now.date(), language())
    ]  # fmt: skip


@router.post("/results/{run}/readers", response={204: None, **ERRORS})
def result_name(request: OfficeRequest, run: str, given: s.ReaderIn) -> Any:
    """Let a person see an unpublished run."""
    found = results.find(run, request.user, request.now.date())
    result_services.name_reader(
        run=found, account=_account(given.username), actor=request.user, now=request.now
    )
    return Status(204, None)


@router.get("/ledger", response={200: list[s.EntryOut], **ERRORS})
@paginate(Pages)
def ledger_entries(
    request: OfficeRequest, act: str = "", subject: str = "", actor: str = ""
) -> QuerySet[LedgerEntry]:
    """Entries, newest first; narrowed by the beginning of the act, a part of the subject, the actor."""
    require(request.user, "ledger.read", request.now.date())
    check_filters(request, "act", "subject", "actor")
    return ledger.search(act=act, subject=subject, actor=actor)


@router.get("/ledger/{int:sequence}/proof", response={200: s.ProofOut, **ERRORS})
def ledger_proof(request: OfficeRequest, sequence: int) -> dict[str, Any]:
    """The proof that an entry is in the ledger as it stands."""
    require(request.user, "ledger.read", request.now.date())
    found = ledger.proof_of(sequence)
    if found is None:
        raise _absent(f"entry {sequence}")
    return found


@router.get("/ledger/consistency", response={200: s.ConsistencyOut, **ERRORS})
def ledger_consistency(request: OfficeRequest, old: int, new: int) -> dict[str, Any]:
    """The proof that nothing among the first `old` entries changed until there were `new`."""
    require(request.user, "ledger.read", request.now.date())
    found = ledger.consistency(old, new)
    if found is None:
        raise _absent(f"{old} {new}")
    return found


@router.get("/ledger/checkpoints", response={200: list[s.CheckpointOut], **ERRORS})
def ledger_checkpoints(request: OfficeRequest) -> QuerySet[SignedCheckpoint]:
    """Signed checkpoints, newest first."""
    require(request.user, "ledger.read", request.now.date())
    return SignedCheckpoint.objects.all()[:100]


@router.post("/ledger/checkpoints", response={201: s.CheckpointOut, **ERRORS})
def ledger_sign(request: OfficeRequest) -> Any:
    """Sign the ledger's size and root."""
    require(request.user, "ledger.checkpoint", request.now.date())
    made = ledger_services.sign_checkpoint(
        home=settings.HOME, actor=request.user.username, now=request.now
    )
    return Status(201, made)


@router.post("/ledger/restored/known", response={204: None, **ERRORS})
def ledger_know_restored(request: OfficeRequest) -> Any:
    """An officer knows that the data came back from a backup; pages say so until the next checkpoint."""
    acknowledge(home=settings.HOME, actor=request.user, now=request.now)
    return Status(204, None)


api.add_router("", router)
api.add_router("", acts)
api.add_router("", renewals)
api.add_router("", overview)
api.add_router("", reading)
api.add_router("", desk)
