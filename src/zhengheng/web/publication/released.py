"""What a publication released: where its files lie, and what its bundle committed to."""

import csv
import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

from django.conf import settings

from zhengheng.domain.problems import ZhenghengError
from zhengheng.engines.bundle import openings
from zhengheng.engines.opendata import digest
from zhengheng.engines.run import Run
from zhengheng.web.ledger.committed_secrets import is_released, kept_secret
from zhengheng.web.publication.models import Publication

BUNDLE = "data/bundle.zip"


class OpeningError(ZhenghengError):
    """An internal value cannot be opened: what would open it does not fit what was published."""


def folder(held: Publication) -> Path:
    """Where a released publication's files lie."""
    return Path(settings.HOME) / "publications" / str(held.pk)


def opened_of(held: Publication, run: Run, unit: str, indicator: str) -> list[dict[str, Any]]:
    """What opens an internal indicator of one unit, after it was compared with the commitments that the public holds.

    Raises OpeningError: for a bundle that is not the released one, a secret that is gone, or one that opens nothing.
    """
    published = _commitments(held, unit, indicator)
    secret = kept_secret(f"publication:{held.pk}")
    if secret is None:
        raise OpeningError.one(
            "indicator", "publication.secret_gone",
            zh="本次发布时用于承诺的密钥已经不在数据库中，无法公开这一项。请从备份恢复数据库后再办理；平台不会另行生成密钥。",
            en="the secret behind the commitments of this publication is no longer in the database, so nothing of it can be opened. "
               "Restore the database from a backup; no other secret is drawn for what is published.",
        )  # fmt: skip
    if not is_released(f"publication:{held.pk}", secret):
        raise OpeningError.one(
            "indicator", "publication.secret_differs",
            zh="数据库中的承诺密钥不是本次发布时登记在存证日志中的那一个，不能用它公开任何一项。请从备份恢复数据库后再办理，并通知安全审计员。",
            en="the secret in the database is not the one that the ledger has a digest of from this release, and nothing is opened with it. "
               "Restore the database from a backup first, and tell the security auditor.",
        )  # fmt: skip
    made = openings(run, unit, indicator, secret)
    if {str(one["segment"]): one["commitment"] for one in made} != published:
        raise OpeningError.one(
            "indicator", "publication.opening_differs",
            zh="按现存的密钥和结果算出的承诺值与已发布的复核包不一致，不能公开这一项。数据库或结果文件可能被改动，请核对存证日志并从备份恢复后再办理。",
            en="the commitment computed from the kept secret and result differs from that of the released bundle, so this cannot be opened. "
               "The database or the result's files may have been altered: verify the ledger and restore from a backup first.",
        )  # fmt: skip
    return made


def _commitments(held: Publication, unit: str, indicator: str) -> dict[str, str]:
    """Of the released bundle, by segment; the bundle itself is compared with its digest first."""
    path = folder(held) / BUNDLE
    try:
        if digest(path) != held.digests.get(BUNDLE):
            raise _altered(path)
        with zipfile.ZipFile(path) as archive:
            text = archive.read("inputs/cell.csv").decode()
    except (OSError, KeyError, UnicodeError, zipfile.BadZipFile, zlib.error) as error:
        raise _altered(path) from error
    rows = csv.DictReader(io.StringIO(text))
    return {
        row["segment"]: row["commitment"] for row in rows if (row["unit"], row["indicator"]) == (unit, indicator)
    }  # fmt: skip


def _altered(path: Path) -> OpeningError:
    return OpeningError.one(
        "indicator", "publication.bundle_altered",
        zh=f"已发布的复核包（{path.name}）不在原处，或者与发布时登记的 SHA-256 不一致，无法与承诺值核对。请从备份恢复发布文件后再办理。",
        en=f"the released bundle ({path.name}) is gone or differs from the SHA-256 that was entered at its release, so the commitment cannot be compared. "
           "Restore the publication's files from a backup first.",
    )  # fmt: skip
