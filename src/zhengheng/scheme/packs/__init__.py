"""Built-in packs: rulebooks to start from, each with worked examples from domain.md."""

from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.scheme.load import load_rulebook


def packs(language: Language) -> list[tuple[str, str]]:
    """Name and title of every pack."""
    with as_file(files(__name__)) as root:
        return [
            (folder.name, load_rulebook(folder)[0].title.say(language))
            for folder in sorted(root.iterdir())
            if (folder / "rulebook.yaml").is_file()
        ]


def copy_pack(name: str, folder: Path) -> None:
    """Copy a pack to a new folder. Raises NotFoundError for a name or folder that cannot be."""
    with as_file(files(__name__)) as root:
        source = root / name
        if not (source / "rulebook.yaml").is_file() or "/" in name:
            known = "、".join(code for code, _ in packs("en"))
            raise NotFoundError.one(
                name,
                "pack.unknown",
                zh=f"没有这个模板, 可选: {known}",
                en=f"no such pack; there are: {known}",
            )
        if folder.exists() and any(folder.iterdir()):
            raise NotFoundError.one(
                str(folder),
                "folder.full",
                zh="文件夹已存在且不为空",
                en="the folder exists and is not empty",
            )
        copytree(source, folder, dirs_exist_ok=True)
