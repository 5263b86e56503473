"""Sentences of the check: a setting by the word of the forms, its key in brackets for whoever writes files."""

import ast
import re
from pathlib import Path

import pytest

from zhengheng.scheme import lint
from zhengheng.scheme.excel_words import in_words

RULES = Path(lint.__file__).parent


def test_rules_of_the_check_name_settings_by_their_words() -> None:
    """A Chinese sentence holds a key of the format only in brackets behind the word of the form, where pages leave it out."""
    found = []
    for path in sorted(RULES.glob("lint*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [one.value if isinstance(one, ast.Constant) else "□" for one in node.values]
                text = "".join(str(one) for one in parts)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            else:
                continue
            if re.match("[^a-z]*[一-鿿]", text):
                bare = re.sub("（[^）]*）", "", text)
                keys = re.findall(r"(?<![A-Za-z_□./])[a-z][a-z_]+(?![/.a-z])", bare)
                found += [f"{path.name}:{node.lineno} {key}: {text}" for key in keys if in_words(f"（{key}）") == "" or "_" in key]  # fmt: skip
    assert not found


@pytest.mark.parametrize(("said", "heard"), [
    ("每点扣分（points_per_unit）必须大于零", "每点扣分必须大于零"), ("按未舍入的得分比较（on: exact），总分", "按未舍入的得分比较，总分"),
    ("the lower end (low) must be", "the lower end must be"), ("满意率（%）和重量（kg）", "满意率（%）和重量（kg）"),
    ("（文件夹中为 indicators/A01.yaml）", "（文件夹中为 indicators/A01.yaml）"),
])  # fmt: skip
def test_pages_say_no_key_behind_a_word(said: str, heard: str) -> None:
    assert in_words(said) == heard
