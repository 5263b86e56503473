"""Published results of real cities and indices, reproduced through rulebooks alone."""

import csv
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT, Command

FOLDERS = {
    "hdi": "undp_hdi_2022", "asem": "asem_coinr", "nyc_mmr": "nyc_mmr_fy2023",
    "parkscore": "city_parkscore_2012_2020", "adult_social_care": "uk_oflog_adult_social_care",
    "panjin_hotline": "cn_government_bulletins", "lianyungang_hotline": "cn_government_bulletins",
}  # fmt: skip
Rows = dict[tuple[str, str, str], dict[str, str]]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def score(name: str, data: Path, out: Path, zhengheng: Command, *more: str) -> tuple[Rows, Rows]:
    example = ROOT / "examples" / name
    done = zhengheng("score", example / "rulebook", "--intake", example / "intake.yaml", "--data", data,
                     "--out", out, *more)  # fmt: skip
    assert done.returncode == 0, done.stderr
    nodes = {(r["unit"], r["period"], r["node"]): r for r in read(out / "scores.csv")}
    cells = {
        (r["unit"], r["period"], r["indicator"]): r for r in read(out / "indicator_scores.csv")
    }
    return nodes, cells


def test_human_development_index_2022(real_data: Path, tmp_path: Path, zhengheng: Command) -> None:
    data = real_data / FOLDERS["hdi"]
    nodes, _ = score("hdi", data, tmp_path, zhengheng)
    published = [row for row in read(data / "hdi_2022.csv") if row["hdi_published"]]
    assert len(published) == 204
    for row in published:
        assert float(nodes[row["iso3"], "2022", "total"]["score"]) == float(row["hdi_published"])


def test_asem_sustainable_connectivity(real_data: Path, tmp_path: Path, zhengheng: Command) -> None:
    data = real_data / FOLDERS["asem"]
    nodes, _ = score("asem", data, tmp_path, zhengheng)
    published = read(data / "coinr_B_minimal_minmax_amean_scores.csv")
    assert len(published) == 51
    for row in published:
        for node, value in row.items():
            if node not in {"uCode", "uName", "Rank_Index"}:
                code = "total" if node == "Index" else node
                found = float(nodes[row["uCode"], "2018", code]["score"])
                assert found == pytest.approx(float(value), abs=1e-6)
        assert nodes[row["uCode"], "2018", "total"]["rank"] == row["Rank_Index"]


def test_new_york_met_and_not_met(real_data: Path, tmp_path: Path, zhengheng: Command) -> None:
    data = real_data / FOLDERS["nyc_mmr"]
    nodes, cells = score("nyc_mmr", data, tmp_path, zhengheng)
    published = [r for r in read(data / "Tidy_Indicator_Level_Data.csv") if r["Success"] != "NA"]
    assert len(published) == 351
    for row in published:
        cell = cells[f"a{row['Agency.Number']}", "2023", f"I{row['ID']}"]
        assert (float(cell["score"]) > 0) == (row["Success"] == "Met_Goal"), row["ID"]
    assert sum(1 for (_, _, node) in nodes if node == "total") >= 30


def test_new_york_against_the_year_before(
    real_data: Path, tmp_path: Path, zhengheng: Command
) -> None:
    data = real_data / FOLDERS["nyc_mmr"]
    _, cells = score("nyc_trend", data, tmp_path, zhengheng)
    rows = read(data / "Tidy_Indicator_Level_Data.csv")
    assert {period for _, period, _ in cells} == {str(year) for year in range(2017, 2024)}
    judged = [row for row in rows if row["OneYrImproving"] != "NA"]
    assert (len(rows), len(judged)) == (1139, 1126)
    for row in rows:
        cell = cells[f"a{row['Agency.Number']}", "2023", f"I{row['ID']}"]
        if row in judged:
            assert (float(cell["score"]) > 0) == (row["OneYrImproving"] == "Improving"), row["ID"]
        else:
            assert cell["status"] == "missing", row["ID"]


def test_ones_own_rulebook_and_files_open_in_the_office_and_the_portal(
    real_data: Path, tmp_path: Path, zhengheng: Command
) -> None:
    words = (
        "office",
        "show",
        ROOT / "examples" / "nyc_mmr",
        "--data",
        real_data / FOLDERS["nyc_mmr"],
    )
    home = tmp_path / "home"
    done = zhengheng(*words, "--home", home, "--only-fill")
    assert done.returncode == 0, done.stderr
    assert "zhuren" in done.stdout
    page = (home / "portal" / "en" / "index.html").read_text(encoding="utf-8")
    marks = re.findall(r'lamp-(\w+)" title="\w+"\s*>\S\s+(\d+)<', page)
    assert marks[:3] == [("met", "183"), ("watch", "0"), ("missed", "168")]
    again = zhengheng(*words, "--home", home, "--only-fill")
    assert again.returncode == 5
    assert "已有办公端" in again.stderr


def test_parkscore_2020(real_data: Path, tmp_path: Path, zhengheng: Command) -> None:
    data = real_data / FOLDERS["parkscore"]
    nodes, _ = score("parkscore", data, tmp_path, zhengheng)
    published = [row for row in read(data / "parks.csv") if row["year"] == "2020"]
    assert len(published) == 97
    for row in published:
        total = nodes[row["city"], "2020", "total"]
        assert total["rank"] == row["rank"]
        assert float(total["score"]) == pytest.approx(float(row["total_pct"]), abs=0.05)
        assert float(nodes[row["city"], "2020", "points"]["score"]) == pytest.approx(
            float(row["total_points"]), abs=0.5
        )
        assert float(nodes[row["city"], "2020", "amenities"]["score"]) == pytest.approx(
            float(row["amenities_points"]), abs=0.05
        )


def test_english_adult_social_care(real_data: Path, tmp_path: Path, zhengheng: Command) -> None:
    data = real_data / FOLDERS["adult_social_care"]
    _, cells = score("adult_social_care", data, tmp_path, zhengheng)
    published = [r for r in read(data / "ASC_data.csv") if r["MADs_from_median"] not in {"", "NA"}]
    assert len(published) == 6078
    for row in published:
        cell = cells[row["Local authority code"], "20" + row["Financial year"][-2:], row["Code"]]
        assert float(cell["score"]) == pytest.approx(float(row["MADs_from_median"]), abs=2e-8)


def test_panjin_hotline(real_data: Path, tmp_path: Path, zhengheng: Command) -> None:
    data = real_data / FOLDERS["panjin_hotline"]
    nodes, _ = score("panjin_hotline", data, tmp_path, zhengheng)
    for row in read(data / "panjin_12345_2023_jan_apr.csv"):
        assert nodes[row["unit"], "2023", "total"]["score"] == row["published_score"]


def test_lianyungang_hotline(real_data: Path, tmp_path: Path, zhengheng: Command) -> None:
    data = real_data / FOLDERS["lianyungang_hotline"]
    nodes, cells = score("lianyungang_hotline", data, tmp_path, zhengheng)
    published = read(data / "lianyungang_12345_scores.csv")
    assert len(published) == 45
    for row in published:
        total = nodes[row["unit"], row["month"], "total"]
        assert total["rank"] == row["published_rank"]
        assert float(total["score"]) == float(row["published_score"])
    items = {"及时签收率": "SIGNED", "按时办结率": "ON_TIME"}
    for row in read(data / "lianyungang_score_steps.csv"):
        cell = cells[row["unit"], row["month"], items.get(row["item"], "SATISFACTION")]
        assert float(cell["score"]) == float(row["published_points"])


def test_part_programmes(tmp_path: Path, zhengheng: Command) -> None:
    data = ROOT / "examples" / "part" / "data"
    nodes, _ = score("part", data, tmp_path, zhengheng)
    for row in read(data / "programmes.csv"):
        total = nodes[row["programme"], "2007", "total"]
        assert total["score"] == row["published_total"]
        assert total["grade"].replace("_", " ") == row["published_rating"]


@pytest.mark.parametrize("name", sorted([*FOLDERS, "part"]))
def test_the_oracle_writes_the_same_bytes(
    name: str, real_data: Path, tmp_path: Path, zhengheng: Command
) -> None:
    data = ROOT / "examples" / "part" / "data" if name == "part" else real_data / FOLDERS[name]
    score(name, data, tmp_path / "duckdb", zhengheng)
    score(name, data, tmp_path / "oracle", zhengheng, "--engine", "oracle")
    for file in ("scores.csv", "indicator_scores.csv"):
        assert (tmp_path / "duckdb" / file).read_bytes() == (
            tmp_path / "oracle" / file
        ).read_bytes()
