"""What stands in the command line itself: names, what is missing or misspelt, and old spellings."""

import ast
import importlib.util
import os
import re
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pytest
from cyclopts import App

import posterion as po
from posterion.cli import app, main
from posterion.cli.compiled import ensure_place_for_compiled_code, with_sound_code
from posterion.cli.folder import COMMAND, mark_folder
from posterion.cli.options import FitOutput
from posterion.cli.spelling import as_flag
from posterion.cli.typed import as_read
from posterion.errors import Said, Setting, spelled

ROOT = Path(__file__).parents[1]


@pytest.fixture
def command(capsys):
    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([*map(str, arguments)])
        printed = capsys.readouterr()
        return left.value.code, printed.out, printed.err

    return run


def commands(below: App = app) -> list[App]:
    own = [below] if below.default_command else []
    return sum((commands(below[name]) for name in below if not name.startswith("-")), own)


def test_the_version_is_told(command) -> None:
    assert command("--version")[:2] == (0, f"posterion {version('posterion')}\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_options(shell) -> None:
    script = app.generate_completion(prog_name="posterion", shell=shell)
    assert "arrhenius" in script and "circuit" in script and "discrepant" in script


@pytest.mark.parametrize("below", commands(), ids=lambda below: below.name[0])
def test_no_two_options_of_a_command_have_one_name(below) -> None:
    names = [n for each in below.assemble_argument_collection() for n in each.names if n != "*"]
    assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["fit", "eis"], "fit eis needs FILES and --circuit. Type: posterion fit eis FILES --circ"),
        (["fit", "eis", "a b.csv"], "Type: posterion fit eis 'a b.csv' --circuit CIRCUIT"),
        (
            ["transference", "--iss", "36 uA"],
            "needs --i0, --r0, --rss and --dv. Type: posterion transference --iss '36 uA' --i0 I0",
        ),
        (["fit", "limit", "a.csv"], "--what critical-current|lifetime|onset"),
        (["fit", "eis", "a.csv", "--circuit"], "--circuit has no value"),
        (["fit", "eis", "a.csv", "--circuit", "R0", "--drws", "9"], "Did you mean --draws?"),
        (["fit", "eiss"], 'Did you mean "eis"?'),
        (["fit", "eis", "a.csv", "--circuit", "R0", "--noise", "whit"], 'Did you mean "white"?'),
        (["calibrate", "eis", "--draws", "1e10"], "--draws is '1e10'; write a whole number."),
        (["calibrate", "eis", "--seed", "-1"], "--seed is -1; it must be a whole number from 0"),
    ],
)
def test_what_was_typed_wrongly_is_told_in_one_sentence(command, typed, said) -> None:
    status, out, err = command(*typed)
    assert status == 2 and out == ""
    assert err.startswith("Error: ") and said in err


@pytest.mark.parametrize("typed", [[], ["fit"], ["compare"], ["data"]])
def test_half_a_command_shows_its_help(command, typed) -> None:
    status, out, _ = command(*typed)
    assert status == 2 and out.startswith("Usage: posterion")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("compare a.csv --group g --value v", "compare groups a.csv --group g --value v"),
        ("compare a.csv --dose=volume --by T", "compare dose a.csv --dose=volume --by T"),
        ("compare a.csv --by T --group g", "compare factorial a.csv --by T --group g"),
        ("compare --models a.nc b.nc", "compare models a.nc b.nc"),
        ("compare dose a.csv --dose volume", "compare dose a.csv --dose volume"),
        ("compare --help", "compare --help"),
        ("fit eis compare --models", "fit eis compare --models"),
    ],
)
def test_earlier_spellings_are_read(old, new) -> None:
    assert as_read(old.split()) == new.split()


def test_a_negative_value_is_no_option() -> None:
    typed = ["fit", "arrhenius", "a.csv", "--predict", "-20 C", "--json", "--seed", "-1"]
    assert as_read(typed) == [*typed[:3], "--predict=-20 C", "--json", "--seed=-1"]


@pytest.mark.parametrize(
    ("setting", "in_python", "typed"),
    [
        (Setting("pool", "cell"), "pool='cell'", "--pool cell"),
        (Setting("group_by", "a b"), "group_by='a b'", "--group-by 'a b'"),
        (Setting("current_unit", "mA/cm2"), "current_unit='mA/cm2'", "--unit mA/cm2"),
        (Setting("columns"), "columns=", "--column"),
        (Setting("columns", {"real": "Z'"}), """columns={'real': "Z'"}""", '--column "real=Z\'"'),
        (Setting("decimal", ",", "dialect=po.Dialect"), "dialect=po.Dialect(decimal=',')",
         "--decimal ,"),
        (Setting("pool", {"a": "none", "b": "partial"}), "pool={'a': 'none', 'b': 'partial'}",
         "--group-by a --pool b"),
        (Setting("pool", {}), "pool={}", "--together"),
        (Setting("drop", ["a b:3", "4"], "select"), "select(drop=['a b:3', '4'])",
         "--drop 'a b:3' --drop 4"),
        (Setting("robust", code="noise=StudentT(...)"), "noise=StudentT(...)", "--robust"),
    ],
)  # fmt: skip
def test_an_argument_is_spelled_as_it_is_written(setting, in_python, typed) -> None:
    assert str(setting) == in_python and as_flag(setting) == typed
    said = Said.of(f"Take {setting.mark}, or ⟦{{0}}⟧ of a label.")
    assert said == f"Take {in_python}, or ⟦{{0}}⟧ of a label."
    assert spelled(said, as_flag) == f"Take {typed}, or ⟦{{0}}⟧ of a label."
    assert Said.of(said.marked).parts == said.parts


def test_an_error_speaks_to_whom_it_is_raised(command, write) -> None:
    table = write("T (C),sigma\n25,1e-4\n40,2e-4\n55,4e-4\n", name="sigma.csv")
    with pytest.raises(po.PosterionError) as raised:
        po.read_table(table)
    assert "conductivity_unit='S/cm'" in str(raised.value) and "--" not in str(raised.value)
    _, _, err = command("fit", "arrhenius", table)
    assert "--conductivity-unit S/cm" in err and "conductivity_unit" not in err


@pytest.mark.parametrize("home", ["a file", "/proc"])
def test_a_home_that_cannot_be_written_to_is_no_obstacle(home, monkeypatch, tmp_path, capsys):
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / home))
    monkeypatch.setenv("PYTENSOR_FLAGS", "cxx=")
    ensure_place_for_compiled_code()
    given, place = os.environ["PYTENSOR_FLAGS"].split(",")
    assert given == "cxx=" and Path(place.removeprefix("base_compiledir=")).is_dir()
    assert "compiled anew" in capsys.readouterr().err


def test_no_option_is_named_where_data_are_read() -> None:
    for package in ("datasets", "models"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    assert not re.search(r"(?<![\w-])--[a-z]", node.value), f"{path}:{node.lineno}"


def test_what_a_bug_report_needs_is_printed(command) -> None:
    status, printed, _ = command("info")
    told = dict(line.split(maxsplit=1) for line in printed.splitlines())
    assert status == 0
    assert told["posterion"] == version("posterion") and told["numpy"] == version("numpy")
    assert told["galvani"]


def test_a_folder_of_another_command_is_not_written_over(command, tmp_path) -> None:
    COMMAND.set("fit eis")
    mark_folder(tmp_path)
    table = tmp_path / "sigma.csv"
    table.write_text("T (C),sigma (S/cm)\n25,1e-4\n40,2e-4\n60,4e-4\n", "utf-8")
    status, _, said = command("fit", "arrhenius", table, "--out", tmp_path)
    assert status == 2 and "the result of posterion fit eis" in said
    COMMAND.set("fit eis")
    FitOutput(tmp_path).check()


@pytest.mark.parametrize(
    "typed",
    ["fit arrhenius NAME", "fit series NAME NAME --circuit R0 --thickness 1mm --diameter 1mm",
     "plot NAME nyquist --out a.pdf", "data inspect NAME"],
)  # fmt: skip
def test_a_name_that_is_too_long_is_told_in_a_line(command, typed) -> None:
    status, _, said = command(*typed.replace("NAME", "a" * 300).split())
    assert status == 2 and len(said.splitlines()) == 1


@pytest.mark.parametrize("damage", [lambda code: code[: len(code) // 2], lambda code: b""])
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_damaged_compiled_code_is_deleted_and_compiled_anew(
    damage, ending, tmp_path, capsys
) -> None:
    source = tmp_path / "compiled.py"
    source.write_text(
        "import numba\n\n@numba.njit(cache=True)\ndef next_of(x):\n    return x + 1\n", "utf-8"
    )

    def call() -> int:
        spec = importlib.util.spec_from_file_location("compiled", source)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.next_of(2)

    assert with_sound_code(call) == 3
    (path,) = tmp_path.rglob(f"*.{ending}")
    path.write_bytes(damage(path.read_bytes()))
    assert with_sound_code(call) == 3
    assert "compiling anew" in capsys.readouterr().err
    with pytest.raises(ValueError, match="another"):
        with_sound_code(lambda: int("another"))
