"""The workbook of a plan: what its first page says is recomputed here from the tables, and text stays text."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
import python_calamine

import allocator
from allocator import Plan
from allocator.plan.shortages import shortages
from allocator.plan.tables import COLUMNS
from allocator.plan.writing import write_plan
from allocator.report.text.brief_tables import cause_in_words
from allocator.report.workbook import results
from allocator.report.workbook.book import lines_of, number_format
from tests.report.by_hand import built, plan_of
from tests.toys import pools, toy, willing

Table = list[list[Any]]


def test_sheets_print_on_few_pages() -> None:
    """Narrow tables stand upright, wide ones lie; each is as wide as the paper and repeats its headings."""
    book = openpyxl.load_workbook(io.BytesIO(results.workbook(allocator.solve("sky-shield"))))
    sides = {sheet.title: sheet.page_setup.orientation for sheet in book}
    assert (sides["Answer"], sides["Input forces"]) == ("landscape", "landscape")
    assert sides["Input groups"] == sides["Inputs"] == "portrait"
    for sheet in book:
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    for name in ("Requirements", "Who sends what", "Input forces", "deployments"):
        assert book[name].print_title_rows, name


def test_whole_figures_have_no_decimals() -> None:
    """Three battalions of 1.5 each: eight asked, 4.5 there; whole figures leave room for the decimals."""
    plan = plan_of(
        toy(
            yields=[{"unit_type": "bn", "capability": "inf", "amount": 1.5}],
            requirements=[{"task": "hold", "capability": "inf", "quantity": 8}],
        ),
        {("AAA", "bn", "hold", 1): 3},
    )
    sheet = openpyxl.load_workbook(io.BytesIO(results.workbook(plan)))["Requirements"]
    figures = {cell.value: cell.number_format for row in sheet.iter_rows() for cell in row}
    assert (figures[8], figures[4.5], figures[3.5]) == ("#,##0_._0", "#,##0.0", "#,##0.0")


def several() -> Plan:
    """Two objectives, three lines: one half met, one met, one of which nothing is there; one nation leads."""
    instance = toy(
        nations=[
            {"nation": "AAA", "name": "Alpha", "gdp": 1000.0, "can_lead": True},
            {"nation": "BBB", "name": "Bravo", "gdp": 400.0},
            {"nation": "CCC", "name": "Charlie"},
        ],
        objectives=[
            {"objective": "land", "name": "Peace on land"},
            {"objective": "sea", "name": "Safe seas", "priority": 3.0},
        ],
        tasks=[
            {"task": "hold", "name": "Hold the port", "framework_share": 0.5},
            {"task": "sail", "name": "Patrol", "objective": "sea"},
        ],
        unit_types=[
            {"unit_type": "bn", "common_share": 0.25},
            {"unit_type": "ship", "name": "Frigate", "domain": "sea", "personnel": 185, "operating_cost": 2.5},
        ],
        capabilities=[
            {"capability": "inf", "name": "Infantry", "unit": "battalion"},
            {"capability": "escort", "name": "Escort", "unit": "ship"},
            {"capability": "mines", "name": "Mine clearance", "unit": "ship"},
        ],
        yields=[
            {"unit_type": "bn", "capability": "inf", "amount": 1.0},
            {"unit_type": "ship", "capability": "escort", "amount": 1.0},
        ],
        requirements=[
            {"task": "hold", "capability": "inf", "quantity": 8.0, "priority": 2.0},
            {"task": "sail", "capability": "escort", "quantity": 1.0},
            {"task": "sail", "capability": "mines", "quantity": 2.0},
        ],
        forces=[*pools(5, "AAA", "BBB"), *pools(3, "BBB", unit="ship")],
        willingness=willing("AAA", "BBB", objectives=("land", "sea")),
    )
    deployed = {("AAA", "bn", "hold", 1): 3, ("BBB", "bn", "hold", 1): 1, ("BBB", "ship", "sail", 1): 1}
    return plan_of(instance, deployed)


def sheets(plan: Plan, path: Path) -> dict[str, Table]:
    """Sheet -> rows of cells, as calamine reads them."""
    write_plan(plan, path)
    book = python_calamine.load_workbook(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def block(page: Table, heading: str) -> Table:
    """The rows below a heading and the names of its columns, up to a blank row."""
    at = next(i for i, row in enumerate(page) if str(row[0]).startswith(heading))
    rows = []
    for row in page[at + 2 :]:
        if not any(cell != "" for cell in row):
            break
        rows.append(row)
    return rows


def names(plan: Plan, table: str, key: str) -> dict[str, str]:
    return {row[key]: row["name"] for row in plan.instance.rows(table)}


class Figures:
    """What the first page must say, from the rows of the tables alone (no core shares, one period or more)."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        weight = {row["objective"]: row["priority"] for row in plan.instance.rows("objectives")}
        self.lines: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in plan.rows("coverage"):
            self.lines[row["task"], row["capability"]].append(row)
        own = {(row["task"], row["capability"]): row["priority"] for row in plan.instance.rows("requirements")}
        self.missed = {
            key: sum(row["shortfall"] for row in rows) / sum(row["required"] for row in rows)
            for key, rows in self.lines.items()
        }
        self.objective = {key: rows[0]["objective"] for key, rows in self.lines.items()}
        self.own = own
        weights = {key: own[key] * weight[self.objective[key]] for key in self.lines}
        self.gap = sum(weights[k] * self.missed[k] for k in weights) / sum(weights.values())
        people: dict[int, int] = defaultdict(int)
        for row in plan.rows("deployments"):
            people[row["period"]] += row["personnel"]
        self.peak = max(people.values())
        self.cost = sum(row["cost"] for row in plan.rows("deployments")) + sum(r["cost"] for r in plan.rows("orders"))
        price = {row["unit_type"]: row["expansion_price"] for row in plan.instance.rows("industry")}
        self.cost += sum(row["expansions"] * price[row["unit_type"]] for row in plan.rows("industry"))
        self.nations = sum(row["cost"] for row in plan.rows("nations"))
        self.years = plan.instance.periods * plan.instance.months_per_period / 12

    def covered(self, objective: str, period: int | None = None) -> float:
        mine = [key for key, found in self.objective.items() if found == objective]
        if period is not None:
            here = [(self.own[k], row) for k in mine for row in self.lines[k] if row["period"] == period]
            return 1 - float(sum(w * row["shortfall"] / row["required"] for w, row in here) / sum(w for w, _ in here))
        return 1 - float(sum(self.own[k] * self.missed[k] for k in mine) / sum(self.own[k] for k in mine))


@pytest.mark.parametrize("make", [several, built])
def test_the_tables_of_the_first_page(tmp_path: Path, make: Any) -> None:
    plan = make()
    figures = Figures(plan)
    page = sheets(plan, tmp_path / "x.xlsx")["Answer"]
    tasks = names(plan, "tasks", "task")
    capabilities = names(plan, "capabilities", "capability")
    code = {name: key for key, name in names(plan, "objectives", "objective").items()}
    of_task = {row["task"]: row["objective"] for row in plan.instance.rows("tasks")}
    rows = block(page, "How much")
    assert {code[row[0]] for row in rows} == set(figures.objective.values())
    for name, met, share, people, *rest in rows:
        mine = [key for key, objective in figures.objective.items() if objective == code[name]]
        assert met == f"{sum(figures.missed[key] == 0 for key in mine)} of {len(mine)}"
        assert share == pytest.approx(figures.covered(code[name]))
        there: dict[int, int] = defaultdict(int)
        for row in plan.rows("deployments"):
            there[row["period"]] += row["personnel"] * (of_task[row["task"]] == code[name])
        assert people == max(there.values())
        if plan.instance.periods > 1:
            assert rest[0] == pytest.approx(min(figures.covered(code[name], t) for t in range(1, 5)))
    short = {(tasks[j], capabilities[c]): key for key in figures.missed if figures.missed[key] > 0 for j, c in [key]}
    rows = block(page, "What is missing")
    assert {(row[0], row[1]) for row in rows} == set(short)
    for task, capability, _, *cells in rows:
        found = figures.lines[short[task, capability]]
        mean = [sum(row[k] for row in found) / len(found) for k in ("required", "supplied", "shortfall")]
        if plan.instance.periods > 1:  # the worst period is beside the means, from which the missing part follows
            assert cells[2] == worst_in_words({row["period"]: row["supplied"] for row in found})
            cells[2] = cells[0] - cells[1]
        assert cells[:4] == pytest.approx([*mean, 1 - figures.missed[short[task, capability]]])
    assert {(row[0], row[1]): row[7] for row in rows} == {
        (tasks[j], capabilities[c]): cause_in_words(why, capabilities) for (j, c, _), why in shortages(plan).items()
    }
    assert any(row[7] for row in rows) == (make is several)
    by_name = {names(plan, "nations", "nation")[row["nation"]]: row for row in plan.rows("nations")}
    *rows, led = block(page, "Who sends what")
    assert led[0].startswith("Framework nations: Alpha (Hold")
    assert {row[0] for row in rows} == {name for name, row in by_name.items() if row["personnel"] or row["cost"]}
    code_of = {row["name"]: row["nation"] for row in plan.instance.rows("nations")}
    for name, serves, *cells in rows:
        of = {of_task[row["task"]] for row in plan.rows("deployments") if row["nation"] == code_of[name]}
        assert {code[each] for each in serves.split(", ") if each != "only buys"} == of
        expected = [by_name[name][key] for key in ("personnel", "cost", "share", "burden")]
        assert cells[:4] == pytest.approx(["" if value is None else value for value in expected])
    money = {row[0]: row[2:4] for row in block(page, "What it costs")}
    parts = {"nations": figures.nations, "common fund": figures.cost - figures.nations, "together": figures.cost}
    assert money == {who: pytest.approx([paid, paid / figures.years]) for who, paid in parts.items()}
    proved = {row[0]: row[2] for row in block(page, "What is proved")}
    assert proved == {row["objective"]: pytest.approx(row["value"]) for row in plan.rows("objectives")}
    assert proved["gap"] == pytest.approx(figures.gap)


def worst_in_words(supplied: dict[int, float]) -> str:
    """What is there in the worst of some periods, if that is one; nothing if all are alike."""
    least = min(supplied.values())
    when = [t for t, figure in supplied.items() if figure == least]
    return "" if len(when) == len(supplied) else f"{f'{least:g}' if least else 'none'} in {when[0]}"


def test_the_sentences_of_the_first_page(tmp_path: Path) -> None:
    """4 of 8 battalions (weight 2) and 1 of 1 and 0 of 2 ships (weight 3 each): 1 + 0 + 3 of 8 are missed.

    A battalion costs 6, of which the fund pays 1.5; the frigate costs 15: 39 in half a year, 6 by the fund. Bravo pays
    4.5 + 15 in half a year, 39 a year of 400: 97.5 per mille.
    """
    page = sheets(several(), tmp_path / "x.xlsx")["Answer"]
    said = [row[0] for row in page if row[0]]
    assert said[2] == "585 people from 2 of 3 nations meet 50.0 % of what is asked, weighted by priority (best found)."
    assert said[3] == "Most is missing in mine clearance (Patrol): 2 ships asked, none supplied."
    assert said[4] == (
        "78 million a year, 12 of it from the common fund; heaviest burden: Bravo, 97.50 per mille of GDP."
    )


def test_the_sentences_of_several_periods(tmp_path: Path) -> None:
    plan = built()
    figures = Figures(plan)
    page = sheets(plan, tmp_path / "x.xlsx")["Answer"]
    said = " ".join(str(row[0]) for row in page[:8])
    met = f"{100 * (1 - figures.gap):.1f} % of what is asked on average"
    assert f"Up to {figures.peak:,} people at once from 2 of 3 nations and 1 collective fleet meet {met}, " in said
    assert f"{figures.cost / figures.years:,.0f} million a year ({figures.cost:,.0f} over the horizon)" in said


@pytest.mark.parametrize("make", [several, built])
def test_the_tables_for_programs_hold_what_the_plan_holds(tmp_path: Path, make: Any) -> None:
    plan = make()
    found = sheets(plan, tmp_path / "x.xlsx")
    assert list(found)[-8:] == [*COLUMNS, "manifest"]
    for table, columns in COLUMNS.items():
        header, *rows = found[table]
        assert header == list(columns)
        kept = [["" if row[c] is None else row[c] for c in columns] for row in plan.rows(table)]
        assert [row for row in rows if any(cell != "" for cell in row)] == kept
    assert [row[0] for row in found["manifest"]][1:] == [*plan.manifest, "reason"]


def test_the_pages_follow_from_the_tables(tmp_path: Path) -> None:
    plan = built()
    found = sheets(plan, tmp_path / "x.xlsx")
    nations, kinds = names(plan, "nations", "nation"), names(plan, "unit_types", "unit_type")
    matrix = {row[0]: row for row in found["Tasks by nation"]}
    people: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in plan.rows("deployments"):
        people[nations[row["nation"]]][row["period"]] += row["personnel"]
    head = matrix["task"]
    sums = dict(zip(head, matrix["all tasks"], strict=True))
    assert {name: sums[name] for name in people} == {name: max(at.values()) for name, at in people.items()}
    assert matrix["Hold"][head.index("framework nation")] == "Alpha"
    orders = [row for row in found["Build-up"] if row[0] in nations.values()]
    assert [(row[0], row[1], row[2], row[4], row[5], row[6], row[8], row[9]) for row in orders] == [
        (nations[o["nation"]], kinds[o["unit_type"]], o["period"], o["units"], o["joint"], o["ready"], o["cost"],
         o["common"])
        for o in sorted(plan.rows("orders"), key=lambda o: (o["period"], o["nation"]))
    ]  # fmt: skip
    periods = found["Periods"]
    at = next(i for i, row in enumerate(periods) if row[0] == "People deployed")
    shown = {row[0]: [cell or 0 for cell in row[1:5]] for row in periods[at + 2 : at + 2 + len(people)]}
    assert shown == {name: [by.get(t, 0) for t in (1, 2, 3, 4)] for name, by in people.items()}
    paid = next(row for row in periods[at + 4 + len(people) :] if row[0] == "together")
    assert sum(paid[1:5]) == pytest.approx(Figures(plan).cost)
    rota = [row for row in found["Rota"] if row[1] == "Battalion"]
    units = {t: f"Alpha {n}" for _, t, n in ((0, d["period"], d["units"]) for d in plan.rows("deployments")
                                            if d["nation"] == "AAA" and d["unit_type"] == "bn")}  # fmt: skip
    assert all(units[t] in rota[0][1 + t] for t in units)


def test_formats_filters_and_frozen_headings(tmp_path: Path) -> None:
    write_plan(several(), tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames[0] == "Answer"
    assert len(book["Answer"]._charts) == 2
    for name in ("Requirements", "Who sends what", "By nation", "Input forces", "deployments", "coverage"):
        assert book[name].freeze_panes, name
        assert book[name].auto_filter.ref, name
    lines = book["Requirements"]
    at = {row[2].value: row for row in lines.iter_rows() if row[2].value}
    share = next(c for c, cell in enumerate(at["capability"]) if cell.value == "covered, share")
    assert "%" in at["Infantry"][share].number_format
    fills = {name: at[name][0].fill.fgColor.rgb for name in ("Infantry", "Escort", "Mine clearance")}
    assert len(set(fills.values())) == 3
    assert at["Escort"][0].fill.fill_type is None
    assert book["deployments"]["F2"].number_format == "#,##0"


HOSTILE = {
    "nation": "=1+1", "objective": "@SUM(A1)", "task": "+cmd|' /C calc'!A0", "unit": "-2+3\u202e",
    "capability": "<b>&amp;",
}  # fmt: skip


def test_text_stays_text(tmp_path: Path) -> None:
    base = several().instance.to_dict()
    base["nations"][1]["name"] = HOSTILE["nation"]
    base["nations"][0]["name"] = HOSTILE["nation"]
    base["objectives"][1]["name"] = HOSTILE["objective"]
    base["tasks"][1]["name"] = HOSTILE["task"]
    base["unit_types"][1]["name"] = HOSTILE["unit"]
    base["capabilities"][2]["name"] = HOSTILE["capability"]
    base["instance"]["title"] = '=HYPERLINK("http://x")\u2028&"'
    base["forces"][0]["note"] = "=2+2\nx"
    instance = allocator.Instance.from_dict(base)
    plan = plan_of(instance, {("AAA", "bn", "hold", 1): 3, ("BBB", "ship", "sail", 1): 1})
    found = sheets(plan, tmp_path / "x.xlsx")
    texts = {cell for rows in found.values() for row in rows for cell in row}
    assert {"=1+1 (AAA)", "=1+1 (BBB)", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3\\u202e", "<b>&amp;", "=2+2\nx"} <= texts
    assert '=HYPERLINK("http://x")\\u2028&"' in texts
    with zipfile.ZipFile(tmp_path / "x.xlsx") as parts:
        for name in parts.namelist():
            content = parts.read(name)
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(content)
            if name.startswith("xl/worksheets/sheet"):
                assert not re.search(rb"<f[ >]", content)
            if name.startswith("xl/charts/"):
                formulas = re.findall(r"<c:f>(.*?)</c:f>", content.decode())
                assert all(re.fullmatch(r"'?[A-Za-z ]+'?!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?", f) for f in formulas)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    quoted = [cell for cell in cells if cell.value[:1] in tuple("=+@-")]
    assert quoted
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in quoted)


def test_a_result_without_a_plan(tmp_path: Path) -> None:
    plan = allocator.solve("toy-infeasible")
    page = sheets(plan, tmp_path / "x.xlsx")
    assert list(page)[:2] == ["Answer", "Inputs"]
    said = [row[0] for row in page["Answer"] if row[0]]
    assert said[2] == plan.reason
    assert said[3].startswith("infeasible: no plan meets every constraint")
    assert page["deployments"] == [list(COLUMNS["deployments"])]


def test_what_was_solved_is_in_the_workbook(tmp_path: Path) -> None:
    plan = allocator.solve("toy-rotation", overrides=["forces.units=7"], coalition="AAA")
    found = sheets(plan, tmp_path / "x.xlsx")
    pairs = {row[0]: row[1] for row in found["Inputs"]}
    assert pairs["changed"] == "forces.units=7"
    assert pairs["coalition"] == "AAA"
    assert pairs["SHA-256 of the instance"] == plan.instance.sha256
    header, row = found["Input forces"]
    assert dict(zip(header, row, strict=True))["units, units"] == 7


def test_sheets_have_names_that_differ() -> None:
    assert all(len(name) <= 31 for name in results.SHEETS)
    assert len({name.lower() for name in results.SHEETS}) == len(results.SHEETS)


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from allocator.report.workbook.book import Book

    page = Book(io.BytesIO()).page("x")
    page.put(1_048_575, 0, "the last")
    with pytest.raises(allocator.BadUsage, match="the sheet x holds"):
        page.put(1_048_576, 0, "one more")


def test_results_are_replaced_and_other_workbooks_are_not(tmp_path: Path) -> None:
    from allocator.cli.solve import checked_target

    plan = several()
    plan.write(tmp_path / "x.xlsx")
    assert checked_target(str(tmp_path / "x.xlsx")) == tmp_path / "x.xlsx"
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    book.create_sheet("mine")
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(allocator.BadUsage, match="is not replaced"):
        checked_target(str(tmp_path / "x.xlsx"))


def test_number_formats_and_lines() -> None:
    assert number_format([1, 2.0, 30000], [None, "x"]) == "#,##0"
    assert number_format([1.5, 20]) == "#,##0.0"
    assert number_format([3.25], [20.5]) == "#,##0.00"
    assert number_format([1 / 3, 51_400]) == "#,##0.00"
    assert number_format([1234.567]) == "#,##0.0"
    assert [lines_of(text, 20) for text in ("a" * 20, "a" * 40, "one two", "a\nb")] == [1, 2, 1, 2]
    assert number_format([0.001]) == "#,##0.000"
    assert [lines_of(text, 10) for text in ("short", "two\nlines", "a text that needs three lines")] == [1, 2, 3]
