# SPDX-License-Identifier: GPL-3.0-or-later
"""What the source must keep to: who includes whom, which file knows which library, what is banned, how files begin."""

import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"

# base ◄ { lib, grammar } ◄ { commands, contract } ◄ sandbox ◄ engine ◄ { bulk, shell } ◄ main
LEVELS = {"base": 0, "lib": 1, "grammar": 1, "commands": 2, "contract": 2, "sandbox": 3, "engine": 4, "bulk": 5, "shell": 5, "main.c": 6}

LIBRARIES = {
    r"curl/": "lib/http.c",
    r"yajl/": "lib/json.c",
    r"libconfig\.h": "lib/conffile.c",
    r"readline/": "lib/line.c",
    r"libsmartcols": "lib/grid.c",
    r"csv\.h": "lib/csv.c",
    r"yaml\.h": "lib/yaml.c",
    r"microhttpd\.h": "lib/listener.c",
    r"openssl/": "lib/digest.c",
    r"pcre2\.h": "lib/pattern.c",
}

BANNED = ["strcpy", "strcat", "sprintf", "vsprintf", "strtok", "atoi", "atol", "atof", "strncpy", "gmtime", "localtime", "gets",
          "system", "popen", "yajl_tree_parse"]
MEMORY_ONLY = ["malloc", "calloc", "realloc", "strdup", "strndup", "asprintf", "vasprintf"]


def sources():
    return sorted([*SOURCE.rglob("*.c"), *SOURCE.rglob("*.h")])


def name_of(path):
    return path.relative_to(SOURCE).as_posix()


def code_of(path):
    """The text without comments and without what stands in quotes; line numbers stay."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, path.read_text(), flags=re.S)


def includes(path, quoted):
    pattern = r'^\s*#\s*include\s*"([^"]+)"' if quoted else r"^\s*#\s*include\s*<([^>]+)>"
    return re.findall(pattern, path.read_text(), re.M)


class Rules(unittest.TestCase):
    def assert_none(self, faults):
        self.assertEqual(faults, [], "\n" + "\n".join(faults))

    def test_layers(self):
        faults = []
        for path in sources():
            folder = name_of(path).split("/")[0]
            for included in includes(path, True):
                other = included.split("/")[0]
                if other != folder and LEVELS[other] >= LEVELS[folder]:
                    faults.append(f"{name_of(path)} includes {included}")
                if other not in LEVELS:
                    faults.append(f"{name_of(path)}: {included} is in no folder of the design")
        self.assert_none(faults)

    def test_no_circles(self):
        graph = {name_of(path): includes(path, True) for path in sources()}
        seen, faults = set(), []

        def visit(name, trail):
            if name in trail:
                faults.append(" → ".join([*trail[trail.index(name):], name]))
            elif name not in seen:
                for other in graph.get(name, []):
                    visit(other, [*trail, name])
                seen.add(name)
        for name in graph:
            visit(name, [])
        self.assert_none(faults)

    def test_modules_of_a_folder_have_no_circles(self):
        """Not even through their .c files: if a needs b, b does not need a. Hubs are named."""
        hubs = {"contract/reader", "engine/session"}  # their headers hold the struct that the modules around them fill
        needs = {}
        for path in sources():
            module = name_of(path).rsplit(".", 1)[0]
            needs.setdefault(module, set()).update(i.rsplit(".", 1)[0] for i in includes(path, True))
        faults = {f"{a} ↔ {b}" for a in needs for b in needs[a] if a < b and a in needs.get(b, set()) and not {a, b} & hubs}
        self.assert_none(sorted(faults))

    def test_one_library_one_file(self):
        faults = []
        for path in sources():
            for included in includes(path, False):
                for pattern, owner in LIBRARIES.items():
                    if re.match(pattern, included) and name_of(path) != owner:
                        faults.append(f"{name_of(path)} includes <{included}>, which is for {owner}")
        self.assert_none(faults)

    def test_base_knows_libc_only(self):
        known = re.compile(r"^(sys/|linux/|arpa/|netinet/|net/)?\w+\.h$")
        self.assert_none([f"{name_of(path)} includes <{included}>" for path in sources() if name_of(path).startswith("base/")
                          for included in includes(path, False) if not known.match(included)])

    def test_banned_functions(self):
        faults = []
        for path in sources():
            names = BANNED + ([] if name_of(path) == "base/mem.c" else MEMORY_ONLY)
            pattern = re.compile(r"(?<![\w.>])(" + "|".join(names) + r")\s*\(")
            for number, line in enumerate(code_of(path).splitlines(), 1):
                faults += [f"{name_of(path)}:{number}: {match}" for match in pattern.findall(line)]
        self.assert_none(faults)

    def test_own_header_first(self):
        faults = []
        for path in sorted(SOURCE.rglob("*.c")):
            own = path.with_suffix(".h")
            first = re.search(r'^\s*#\s*include\s*(\S+)', path.read_text(), re.M)
            if own.exists() and (not first or first.group(1) != f'"{name_of(own)}"'):
                faults.append(name_of(path))
        self.assert_none(faults)

    def test_headers_stand_alone(self):
        every = "".join(f'#include "{name_of(path)}"\n' for path in sorted(SOURCE.rglob("*.h")))
        for path in sorted(SOURCE.rglob("*.h")):
            with self.subTest(header=name_of(path)):
                guard = re.search(r"#ifndef (\w+)\n#define \1\n", path.read_text())
                self.assertTrue(guard, "no guard")
                self.assertEqual(guard.group(1), re.sub(r"\W", "_", name_of(path)).upper())
        check = subprocess.run(["cc", "-std=c11", "-D_GNU_SOURCE", f"-I{SOURCE}", "-fsyntax-only", "-x", "c", "-"],
                               input=every + every, text=True, capture_output=True, check=False)
        self.assertEqual(check.returncode, 0, check.stderr)

    def test_only_main_ends_the_process(self):
        allowed = {"main.c", "base/mem.c"}
        faults = []
        for path in sources():
            if name_of(path) in allowed:
                continue
            for number, line in enumerate(code_of(path).splitlines(), 1):
                if re.search(r"(?<![\w])(exit|quick_exit)\s*\(", line) and "_exit" not in line:
                    faults.append(f"{name_of(path)}:{number}")
        self.assert_none(faults)

    def test_only_the_top_prints(self):
        """Below engine nothing writes to a stream; libraries never log."""
        talkers = {
            "contract/embed.c",  # a program of its own
            "base/late.c",  # a library that is missing
            "base/mem.c",  # out of memory
            "lib/line.c",  # readline's own screen
            "sandbox/server.c",  # the log that `sandbox serve` asks for
        }
        faults = []
        for path in sources():
            if name_of(path).split("/")[0] in ("base", "lib", "grammar", "commands", "contract", "sandbox") \
                    and name_of(path) not in talkers:
                for number, line in enumerate(code_of(path).splitlines(), 1):
                    if re.search(r"(?<!\w)(printf|puts|putchar|perror|fprintf|fputs)\s*\(", line):
                        faults.append(f"{name_of(path)}:{number}: {line.strip()}")
        self.assert_none(faults)


def tracked():
    """What belongs to the project: what git knows, and what is new and not ignored."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z"], capture_output=True, check=False)
    if listed.returncode:
        raise unittest.SkipTest("no git here, so which files belong to the project is not known")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


class Texts(unittest.TestCase):
    CODE = {".c", ".h", ".py", ".sh", ".yaml", ".yml", ".mjs", ".js", ".ts"}

    def is_recorded(self, path):
        """Recorded bytes and inputs of tests may look as they like."""
        parts = path.relative_to(ROOT).parts
        return parts[:2] == ("tests", "cases") and path.suffix != ".py" or parts[:2] == ("tests", "fuzz") and path.suffix not in self.CODE

    def files(self):
        for path in tracked():
            if self.is_recorded(path) or path.name.endswith("-lock.json"):
                continue
            try:
                yield path, path.read_text()
            except UnicodeDecodeError:
                continue

    def assert_none(self, faults):
        self.assertEqual(faults, [], "\n" + "\n".join(faults))

    def lines_with(self, pattern, but=()):
        return [f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}" for path, text in self.files()
                if path.relative_to(ROOT).as_posix() not in but
                for number, line in enumerate(text.splitlines(), 1) if re.search(pattern, line)]

    def test_licence_stands_first(self):
        faults = []
        for path, text in self.files():
            if path.suffix in self.CODE or path.name in ("meson.build", "run", "dev"):
                head = "\n".join(text.splitlines()[:2 if text.startswith("#!") else 1])
                if "SPDX-License-Identifier: GPL-3.0-or-later" not in head:
                    faults.append(str(path.relative_to(ROOT)))
        self.assert_none(faults)

    def test_no_blanks_at_line_ends(self):
        self.assert_none([hit for hit in self.lines_with(r"[ \t]+$") if not re.match(r"[^:]+\.(md|patch|diff|[1-9]):", hit)])

    def test_c_is_indented_with_tabs(self):
        self.assert_none([hit for hit in self.lines_with(r"^ {4,}\S") if re.match(r"src/[^:]+\.[ch]:", hit)])

    def test_python_and_yaml_have_no_tabs(self):
        self.assert_none([hit for hit in self.lines_with(r"^\s*\t") if re.match(r"[^:]+\.(py|ya?ml):", hit)])

    def test_files_end_with_one_line_end(self):
        self.assert_none([str(path.relative_to(ROOT)) for path, text in self.files()
                          if text and (not text.endswith("\n") or text.endswith("\n\n"))])

    def test_nothing_is_left_to_do(self):
        words = "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"])
        self.assert_none(self.lines_with(rf"\b({words})\b"))

    def test_no_place_of_work(self):
        places = "|".join(["/wo" + "rk/", "/ro" + "ot/"])
        self.assert_none(self.lines_with(rf"(?<![\w.])({places})"))

    def test_no_control_bytes(self):
        self.assert_none(self.lines_with(r"[\x00-\x08\x0b\x0e-\x1f\x7f]"))

    def test_figures_of_the_readme_are_the_measured_ones(self):
        """What ./dev bench --write put into two files stands there as it was written, and each reason has its heading."""
        def written(path):
            return re.search(r"(?s)<!-- written by .*?<!-- end of what ./dev bench wrote -->", path.read_text()).group(0)
        bench = ROOT / "tests/bench"
        block = written(ROOT / "README.md").replace("(tests/bench/", "(")
        self.assertEqual(block, written(bench / "RESULTS.md"))
        headings = {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-")
                    for line in re.findall(r"(?m)^#+ (.*)", (bench / "README.md").read_text())}
        self.assert_none(sorted(set(re.findall(r"README\.md#([\w-]+)", block)) - headings))


if __name__ == "__main__":
    unittest.main()
