"""Included and extended files: order, once only, nothing twice, never out of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError, Mark
from sim.scenario.load_tree import check_tree, load_tree, validate
from sim.scenario.migrations import migrate
from sim.scenario.node import Node, with_marks
from sim.scenario.project import OutsideError, project_root, under_root
from sim.scenario.reader import parse
from sim.scenario.schema.fields import Duration, Part, field


class Thing(Part):
    """A thing."""

    id: str = field("编号", "identifier", "编号")
    count: int = field("数量", "count", "数量", 1)
    source: str = field("资料来源", "source", "资料来源", "")


class Drive(Part):
    """A thing without an id."""

    to: str = field("止", "to", "到")


class Kind(Part):
    """A kind."""

    time: Duration | None = field("用时", "time", "用时", None)
    source: str = field("资料来源", "source", "资料来源", "")


class File(Part):
    """A file."""

    format: int = field("格式", "format", "格式")
    name: str = field("名称", "name", "名称")
    include: list[str] = field("引用", "include", "引用", factory=list)
    extends: str | None = field("基于", "extends", "基于", None)
    things: list[Thing] = field("物件", "things", "物件", factory=list)
    drives: list[Drive] = field("行车", "drives", "行车", factory=list)
    kinds: dict[str, Kind] = field("类型", "kinds", "类型", factory=dict)
    limits: list[int] = field("时限", "limits", "时限", factory=list)
    source: str = field("资料来源", "source", "资料来源", "")


@pytest.fixture
def write(tmp_path):
    """Write files by name under one folder and return the first."""

    def files(**texts):
        paths = []
        for name, text in texts.items():
            path = tmp_path / (name.replace("__", "/") + ".yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            paths.append(path)
        return paths[0]

    return files


def load(path):
    """Load and return the tree; there must be no findings."""
    loaded = load_tree(path, File)
    assert loaded.findings == ()
    validate(File, loaded)
    return loaded


def found(path):
    """Return (code, file name, line) of each finding."""
    _, findings = check_tree(File, load_tree(path, File))
    return [(f.code, Path(f.where.file).name, f.where.line) for f in findings]


HEAD = "格式: 1\n名称: 主\n"


def test_included_contents_come_first_and_own_ones_change_them(write):
    """Hand-written: things by id are changed, lists without ids are joined, a name of the included file is not taken."""
    path = write(
        a=HEAD + "引用: [b.yaml, c.yaml]\n物件: [{编号: x, 数量: 5}, {编号: own}]\n行车: [{止: a}]\n时限: [3, 1]\n",
        b="名称: 乙\n物件: [{编号: x}, {编号: y}]\n行车: [{止: b}]\n时限: [1, 2]\n类型: {k: {用时: 5 min}}\n",
        c="name: c\nthings: [{id: z}]\ndrives: [{to: c}]\nkinds: {l: {time: 6 min}}\n",
    )
    loaded = load(path)
    assert loaded.tree == {
        "format": 1,
        "name": "主",
        "things": [{"id": "x", "count": 5}, {"id": "y"}, {"id": "z"}, {"id": "own"}],
        "drives": [{"to": "b"}, {"to": "c"}, {"to": "a"}],
        "limits": [1, 2, 3],
        "kinds": {"k": {"time": "5 min"}, "l": {"time": "6 min"}},
    }
    assert [p.name for p in loaded.files] == ["a.yaml", "b.yaml", "c.yaml"]
    assert loaded.language == "zh"
    assert loaded.marks["things", 1] == Mark(str(path.parent / "b.yaml"), 2)
    assert loaded.marks["things", 0, "count"] == Mark(str(path), 4)


def test_paths_are_relative_to_the_file_that_names_them(write):
    """A file in a folder includes its neighbour, and one above it under the same root."""
    path = write(a=HEAD + "引用: [sub/b.yaml]\n", sub__b="引用: [c.yaml, ../d.yaml]\n", sub__c="物件: [{编号: c}]\n", d="物件: [{编号: d}]\n")
    assert [t["id"] for t in load(path).tree["things"]] == ["c", "d"]


def test_a_file_is_included_once(write):
    """Two ways to one file, or two files with the same text, define nothing twice."""
    path = write(
        a=HEAD + "引用: [b.yaml, c.yaml, b.yaml, copy.yaml]\n",
        b="引用: [shared.yaml]\n物件: [{编号: b}]\n",
        c="引用: [shared.yaml]\n物件: [{编号: c}]\n",
        shared="物件: [{编号: s}]\n",
        copy="物件: [{编号: s}]\n",
    )
    assert [t["id"] for t in load(path).tree["things"]] == ["s", "b", "c"]


def test_what_an_included_file_says_about_its_facts_goes_with_them(write):
    """`资料来源` at the top of an included file is that of its things, so that an assumption stays visible."""
    path = write(
        a=HEAD + "引用: [b.yaml]\n物件: [{编号: own}]\n",
        b="资料来源: 假定\n物件: [{编号: x}, {编号: y, 资料来源: 普查}]\n类型: {k: {用时: 5 min}}\n",
    )
    tree = load(path).tree
    assert [t.get("source") for t in tree["things"]] == ["假定", "普查", None]
    assert tree["kinds"]["k"]["source"] == "假定"
    assert "source" not in tree


def test_one_id_in_two_included_files(write):
    """Ids and names that two files define are errors on the later line; other ids beside them are not."""
    path = write(
        a=HEAD + "引用: [b.yaml, c.yaml]\n",
        b="物件: [{编号: x}]\n类型: {k: {用时: 5 min}}\n",
        c="物件:\n  - 编号: y\n  - 编号: x\n类型:\n  k: {用时: 6 min}\n  m: {用时: 6 min}\n",
    )
    assert found(path) == [("duplicate-id", "c.yaml", 3), ("duplicate-id", "c.yaml", 5)]


def test_extends(write):
    """A scenario that changes another: things by id, removal, dropped keys, replaced lists."""
    path = write(
        a="格式: 1\n基于: b.yaml\n物件: [{编号: x, 删除: 是}, {编号: y, 数量: 2}]\n时限: [9]\n类型: {k: {用时: null}}\n行车: null\n",
        b=HEAD + "引用: [c.yaml]\n物件: [{编号: x}]\n时限: [1]\n类型: {k: {用时: 5 min}}\n行车: [{止: b}]\n",
        c="物件: [{编号: y}]\n",
    )
    assert load(path).tree == {"format": 1, "name": "主", "things": [{"id": "y", "count": 2}], "limits": [9], "kinds": {"k": {}}}


def test_a_patch_is_laid_over_all(write):
    """A study's configuration comes last."""
    path = write(a=HEAD + "物件: [{编号: x}]\n")
    loaded = load_tree(path, File, with_marks({"things": [{"id": "x", "count": 7}]}, "study.yaml", 3))
    assert loaded.tree["things"] == [{"id": "x", "count": 7}]
    assert loaded.marks["things", 0, "count"] == Mark("study.yaml", 3)


def test_what_cannot_be_removed(write):
    """Removing what is not there is an error on its line; the thing does not count as written."""
    path = write(a=HEAD + "物件:\n  - 编号: x\n  - {编号: y, 删除: 是}\n")
    assert found(path) == [("nothing-to-remove", "a.yaml", 5)]


@pytest.mark.parametrize(
    ("files", "findings"),
    [
        ({"a": HEAD + "引用:\n  - b.yaml\n", "b": "# x\n引用: [a.yaml]\n"}, [("include-cycle", "b.yaml", 2)]),
        ({"a": HEAD + "引用: [a.yaml]\n"}, [("include-cycle", "a.yaml", 3)]),
        ({"a": HEAD + "基于: b.yaml\n", "b": "格式: 1\n基于: a.yaml\n"}, [("include-cycle", "b.yaml", 2)]),
        ({"a": HEAD + "引用:\n  - none.yaml\n  - b.yaml\n", "b": "时限: [1]\n"}, [("missing-file", "a.yaml", 4)]),
        ({"a": HEAD + "引用: [.]\n"}, [("not-a-file", "a.yaml", 3)]),
        ({"a": HEAD + "引用: [b.yaml]\n", "b": ""}, [("empty-file", "a.yaml", 3)]),
        ({"a": HEAD + "引用: [b.yaml]\n", "b": "x: [1\ny: 2\n"}, [("open-bracket", "b.yaml", 2)]),
        ({"a": HEAD + "引用: [b.yaml]\n", "b": "- 1\n"}, [("not-a-map", "b.yaml", 1)]),
        ({"a": HEAD + "引用: [../../../../../../etc/passwd]\n"}, [("outside", "a.yaml", 3)]),
        ({"a": HEAD + "引用: [/etc/passwd]\n"}, [("outside", "a.yaml", 3)]),
        ({"a": HEAD + '引用: ["b\\0.yaml"]\n'}, [("hidden-character", "a.yaml", 3), ("outside", "a.yaml", 3)]),
        ({"a": HEAD + "引用:\n  - {x: 1}\n"}, [("wrong-kind", "a.yaml", 4)]),
    ],
)
def test_bad_includes(write, files, findings):
    """Each is one finding, on the line of the entry or of the file that is wrong."""
    assert found(write(**files)) == findings


def test_the_root_is_where_the_sign_stands(tmp_path):
    """The nearest folder above with `drillsim.toml`; without one, the scenario's own."""
    inner = tmp_path / "p" / "scenarios"
    inner.mkdir(parents=True)
    scenario = inner / "a.yaml"
    scenario.write_text("")
    assert project_root(scenario) == inner
    with pytest.raises(OutsideError):
        under_root("../b.yaml", scenario, project_root(scenario))
    (tmp_path / "p" / "drillsim.toml").write_text("")
    assert project_root(scenario) == tmp_path / "p"
    assert under_root("../b.yaml", scenario, tmp_path / "p").resolve() == tmp_path / "p" / "b.yaml"


def test_links_do_not_lead_out(tmp_path):
    """A symbolic link to a file outside is outside; one to a file inside is not."""
    inside, outside = tmp_path / "in", tmp_path / "out.yaml"
    inside.mkdir()
    outside.write_text("时限: [1]\n")
    (inside / "b.yaml").write_text("时限: [2]\n")
    (inside / "link.yaml").symlink_to(outside)
    (inside / "good.yaml").symlink_to(inside / "b.yaml")
    path = inside / "a.yaml"
    path.write_text(HEAD + "引用: [link.yaml]\n")
    assert found(path) == [("outside", "a.yaml", 3)]
    path.write_text(HEAD + "引用: [good.yaml]\n")
    assert load(path).tree["limits"] == [2]


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("名称: x\n", [("missing-format", 1)]),
        ("格式: 2\n名称: x\n", [("unknown-format", 1)]),
        ("名称: x\n格式: 一\n", [("unknown-format", 2)]),
        ("名称: x\n格式: true\n", [("unknown-format", 2)]),
        ("format: 0\nname: x\n", [("unknown-format", 1)]),
        ("format: 1\nname: x\n", []),
    ],
)
def test_the_format_is_named(write, text, findings):
    """A file without a format, or with one from the future, is one finding and not two."""
    assert [(code, line) for code, _, line in found(write(a=text))] == findings


def test_older_formats_are_brought_up_step_by_step():
    """Each step is a function from one format to the next; all steps in between are taken."""

    def renamed(old, new):
        return lambda top: Node({new if key == old else key: node for key, node in top.value.items()}, top.file, top.line)

    top = parse("format: 1\na: 5\n").top
    steps = {1: renamed("a", "b"), 2: renamed("b", "c")}
    found, findings = migrate(top, required=True, current=3, migrations=steps)
    assert findings == []
    assert list(found.value) == ["format", "c"]


def test_validate_raises_everything_in_the_language_of_the_file(write):
    """One error carries the findings of reading, naming and the model, in the order of lines."""
    path = write(a="格式: 1\n物件:\n  - 编号: x\n    数目: 3\n  - 数量: 多\n")
    with pytest.raises(InputError) as caught:
        validate(File, load_tree(path, File))
    assert [(f.code, f.where.line) for f in caught.value.findings] == [
        ("missing-key", 1), ("unknown-key", 4), ("missing-key", 5), ("wrong-kind", 5),
    ]  # fmt: skip
    assert "不认识的键“数目”" in str(caught.value)
