"""Built-in packs: rulebooks to start from, each with the worked examples of what was published."""

from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.scheme.excel import write_form, write_workbook
from zhengheng.scheme.load import load_rulebook


def packs(language: Language) -> list[tuple[str, str]]:
    """Name and title of every pack."""
    with as_file(files(__name__)) as root:
        return [
            (folder.name, load_rulebook(folder)[0].title.say(language))
            for folder in sorted(root.iterdir())
            if (folder / "rulebook.yaml").is_file()
        ]


BLANK = "blank"
"""The name of what is no pack: the empty form."""


def copy_pack(name: str, folder: Path) -> None:
    """Copy a pack to a new folder, or into a new workbook where the name ends in .xlsx; `blank` is the empty form.

    Raises NotFoundError for a name or folder that cannot be.
    """
    workbook = folder.suffix.lower() == ".xlsx"
    if workbook and folder.exists():
        raise NotFoundError.one(
            str(folder), "file.exists", zh="文件已存在；请换一个文件名", en="the file exists; choose another name",
        )  # fmt: skip
    if name == BLANK:
        if not workbook:
            raise NotFoundError.one(
                str(folder), "pack.form", zh="空表是 Excel 工作簿；请给出以 .xlsx 结尾的文件名",
                en="the empty form is an Excel workbook; give a file name that ends in .xlsx",
            )  # fmt: skip
        write_form(folder)
        return
    with as_file(files(__name__)) as root:
        source = root / name
        if not (source / "rulebook.yaml").is_file() or "/" in name:
            known = [BLANK, *(code for code, _ in packs("en"))]
            raise NotFoundError.one(
                name,
                "pack.unknown",
                zh=f"没有这个模板，可选：{'、'.join(known)}",
                en=f"no such pack; there are: {', '.join(known)}",
            )
        if workbook:
            write_workbook(load_rulebook(source)[0], folder)
            return
        if folder.exists() and any(folder.iterdir()):
            raise NotFoundError.one(
                str(folder),
                "folder.full",
                zh="文件夹已存在且不为空",
                en="the folder exists and is not empty",
            )
        copytree(source, folder, dirs_exist_ok=True)
