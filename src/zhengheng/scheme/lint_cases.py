"""Rules of `scheme check` about worked examples: they can be set up, and expect what there is."""

from zhengheng.scheme.examples import example_faults
from zhengheng.scheme.findings import Finding, error, rule
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import Rulebook


@rule
def examples_can_be_run(book: Rulebook, source: Source) -> Finding:
    for place, case in enumerate(book.cases):
        for path, code, (zh, en) in example_faults(book, case):
            keys = ".".join(str(key) for key in path if isinstance(key, str))
            yield error(source.rulebook("cases", place, *path), code, f"算例“{case.name}”的 {keys}：{zh}。", f"case {case.name}, {keys}: {en}")  # fmt: skip
