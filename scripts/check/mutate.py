"""Plants faults, one at a time, in copies of the tree, and runs the tests until one fails. Called by scripts/check/mutate.sh,
which says more."""

import argparse
import collections
import concurrent.futures
import fcntl
import filecmp
import json
import math
import os
import queue
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

MEANING = "tests/faults/meaning.txt"

# What small faults are planted in: sources and how many. Not the sets of kernels that this build leaves out, not what measures
# time, not the shapes of drawn digits, not what only speaks of the program.
PLAN = [
    (r"src/kernels/(?!vector|isa|kernels\.h|sets|body/peak|.*table).*\.[ch]", 26),
    (r"src/kernels/vector/(avx2|portable)\.h", 5),
    (r"src/nn/layers/.*\.c", 8),
    (r"src/(nn|npz|train)/.*\.c", 40),
    (r"src/tools/doctor\.c", 3),
    (r"src/base/.*\.c", 16),
    (r"src/data/(?!glyphs|pen|synth).*\.c", 18),
    (r"src/data/synth\.c", 4),
]

# Tests that have no say: one depends on chance, one only compares builds of the same code with each other, one sees
# that the code is not what the rows of meaning.txt were written for.
NO_SAY = {"cli/kill", "kernels/by_hand", "faults/rows"}

# What a small fault is: a pattern and what takes its place. Each is tried on every line of code, outside of texts.
FAULTS = [
    ("sign", r"(?<=[\w\])]) \+ (?=[\w(])", " - "),
    ("sign", r"(?<=[\w\])]) - (?=[\w(])", " + "),
    ("sign", r"\bv_add\(", "v_sub("),
    ("sign", r"\bv_sub\(", "v_add("),
    ("sign", r" \+= ", " -= "),
    ("sign", r"(?<=[\w\])]) \* (?=[\w(])", " + "),
    ("comparison", r" < ", " <= "),
    ("comparison", r" <= ", " < "),
    ("comparison", r" > ", " >= "),
    ("comparison", r" >= ", " > "),
    ("comparison", r" == ", " != "),
    ("comparison", r" != ", " == "),
    ("comparison", r" && ", " || "),
    ("comparison", r" \|\| ", " && "),
    ("index", r"\[(i|k|n|s)\]", r"[\1 ? \1 - 1 : 0]"),
    ("bound", r"\bsizeof \*?(?=\w)", "1 + sizeof "),
    ("constant", r"(?<=[ (=])(\d+)(?=[;,) ])", lambda m: str(int(m.group(1)) + 1)),
    ("constant", r"\bv_set1\((\d+)F?\)", lambda m: f"v_set1({int(m.group(1)) + 1})"),
    ("constant", r"\btrue\b", "false"),
    ("constant", r"\bfalse\b", "true"),
    ("removed line", r"^( +)(?!return|break|continue|goto|static|const|enum|struct|else|if|for|va_)"
                     r"([\w>.\-\[\]*]+(\(.*\)| \S?= .*);)$", r"\1;"),
]


def code_lines(text):
    """The numbers and texts of the lines that are code: no comment, no directive, nothing with a text in it, nothing that
    is for AVX-512 alone."""
    comment = left_out = False
    for number, line in enumerate(text.split("\n")):
        left_out = line == "#if V_REGISTERS == 32" or (left_out and not line.startswith(("#else", "#endif")))
        begins_in_comment = comment
        at = 0
        while at >= 0:
            at = line.find("*/" if comment else "/*", at)
            if at >= 0:
                comment = not comment
                at += 2
        code = line if not begins_in_comment and "/*" not in line else ""
        if code and not left_out and '"' not in code and not code.lstrip().startswith(("#", "//", "*", "static const", "enum")):
            yield number, code


class Fault:
    """What to put in the place of what, in one file."""

    def __init__(self, path, line, before, after, what, text):
        self.path, self.line, self.before, self.after, self.what, self.text = path, line, before, after, what, text

    def __str__(self):
        def indent(code):
            return "\n".join("    " + line.strip() for line in code.strip().split("\n"))
        return f"{self.path}:{self.line}: {self.what}\n{indent(self.before)}\n{indent(self.after)}"


def candidates(root, pattern):
    """Every small fault that could be planted in the files of a pattern, one a line and kind, in a fixed order."""
    found = []
    for folder, _, names in sorted(os.walk(os.path.join(root, "src"))):
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), root)
            if not re.fullmatch(pattern, path):
                continue
            with open(os.path.join(root, path), encoding="utf-8") as file:
                text = file.read()
            lines = text.split("\n")
            for number, line in code_lines(text):
                for kind, before, after in FAULTS:
                    wrong = re.sub(before, after, line, count=1)
                    if wrong != line:
                        changed = "\n".join(lines[:number] + [wrong] + lines[number + 1:])
                        found.append(Fault(path, number + 1, line, wrong, kind, changed))
    return found


def small_faults(root):
    """The small faults to plant, spread evenly over each row of the plan."""
    chosen = {}
    for pattern, count in PLAN:
        found = candidates(root, pattern)
        step = len(found) / count
        for fault in [found[int((i + 0.5) * step)] for i in range(count)] if found else []:
            chosen.setdefault((fault.path, fault.text), fault)
    return list(chosen.values())


def read_rows(root):
    """The rows of meaning.txt, whose head says how they are written: path, sentence, what is there, what takes its place."""
    with open(os.path.join(root, MEANING), encoding="utf-8") as file:
        blocks = re.split(r"\n{2,}", file.read())
    for block in blocks:
        lines = block.strip("\n").split("\n")
        if not lines[0] or lines[0].startswith("#"):
            continue
        path, sentence = lines[0], " ".join(line.strip() for line in lines[1:] if line[0] == " ")
        before = "\n".join(line[2:] for line in lines[1:] if line[0] == "-")
        after = "\n".join(line[2:] for line in lines[1:] if line[0] == "+")
        yield path, sentence, before, after


def meant_faults(root, complain):
    """The faults of meaning.txt. What is there is looked for with any blanks between its words, as a formatter may break
    lines elsewhere tomorrow. complain is told of rows that do not apply."""
    faults = []
    for path, sentence, before, after in read_rows(root):
        try:
            with open(os.path.join(root, path), encoding="utf-8") as file:
                text = file.read()
        except OSError:
            complain(f"{path}: is not there ({sentence})")
            continue
        if not sentence or before.split() == after.split():
            complain(f"{path}: a row without a sentence, or that changes nothing:\n{before}")
            continue
        found = list(re.finditer(r"\s+".join(map(re.escape, before.split())), text)) if before.strip() else []
        if len(found) != 1:
            complain(f"{path}: found {len(found)} times, expected once: {sentence}:\n{before}")
            continue
        start, end = found[0].span()
        line = text.count("\n", 0, start) + 1
        faults.append(Fault(path, line, before, after, sentence, text[:start] + after + text[end:]))
    return faults


# ---- copies of the tree -----------------------------------------------------------------------------

class Copy:
    """A tree of its own to plant faults in, and its builds, each made when it is first asked for."""

    def __init__(self, root, number):
        self.folder = os.path.join(root, "build", "mutation", str(number))
        self.tree = os.path.join(self.folder, "tree")
        self.made = set()
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout
        names = {name for name in listed.decode().split("\0") if name and os.path.exists(os.path.join(root, name))}
        for folder, _, files in os.walk(self.tree):
            for name in files:
                if os.path.relpath(os.path.join(folder, name), self.tree) not in names:
                    os.remove(os.path.join(folder, name))
        for name in names:
            self.copy(os.path.join(root, name), os.path.join(self.tree, name))
        self.prepare()

    @staticmethod
    def copy(source, to):
        """Only what differs is written, and with today's date: what was built from it before is built anew."""
        if not os.path.exists(to) or not filecmp.cmp(source, to, shallow=False):
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copyfile(source, to)
            shutil.copymode(source, to)

    def prepare(self):
        """One object compiled and one library linked for each fault, and no AVX-512."""
        for name, before, after in [
                ("CMakeLists.txt", "add_library(cnn_core STATIC", "add_library(cnn_core SHARED"),
                ("CMakeLists.txt", " C_VISIBILITY_PRESET hidden", ""),
                ("src/kernels/isa_avx512.c", None, '#include "kernels/sets.h"\n'
                 "const struct kernels *const kernels_avx512 = NULL;\n")]:
            path = os.path.join(self.tree, name)
            with open(path, encoding="utf-8") as file:
                text = file.read()
            assert before is None or before in text, f"{name}: no {before}"
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace(before, after) if before else after)

    def build(self, name):
        """The build's folder. name: plain, or sanitize."""
        path = os.path.join(self.folder, name)
        if name not in self.made:
            sanitizers = "address,undefined" if name == "sanitize" else ""
            commands = [["cmake", "-S", self.tree, "-B", path, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                         "-DCMAKE_C_FLAGS_DEBUG=-O1", "-DCMAKE_LINK_DEPENDS_NO_SHARED=ON", "-DCNN_INSTALL=OFF",
                         f"-DCNN_SANITIZE={sanitizers}"],
                        ["ninja", "-C", path, "-j", "2"]]
            for command in commands:
                done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
                if done.returncode != 0:
                    sys.exit(done.stdout.decode())
            self.made.add(name)
        return path

    def write(self, path, text):
        with open(os.path.join(self.tree, path), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, path):
        with open(os.path.join(self.tree, path), encoding="utf-8") as file:
            return file.read()


# ---- tests ------------------------------------------------------------------------------------------

def run(command, cwd, cpu_s, wall_s):
    """Exit status of a command that each of its processes may work on for cpu_s and that may take wall_s; None where it
    takes longer. What it leaves running is ended."""
    limits = ["bash", "-c", f'ulimit -St {math.ceil(cpu_s)}; exec "$@"', "limits"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(limits + command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                   start_new_session=True)
        try:
            return process.wait(wall_s)
        except subprocess.TimeoutExpired:
            return None
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


def worked_s():
    """Seconds of work in processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def read_tests(build):
    """Names, commands and folders of the tests of a build."""
    listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, capture_output=True, check=True).stdout
    for test in json.loads(listed)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        if "command" in test and test["name"] not in NO_SAY:
            yield {"name": test["name"], "command": test["command"], "cwd": properties.get("WORKING_DIRECTORY", build)}


def measure(build, longest):
    """What the tests take that pass and are quick enough: (seconds of work, seconds) by name."""
    taken = {}
    for test in read_tests(build):
        worked, start = worked_s(), time.monotonic()
        status = run(test["command"], test["cwd"], longest, 10 * longest)
        worked, wall = worked_s() - worked, time.monotonic() - start
        if status == 0:
            taken[test["name"]] = worked, wall
        else:
            print(f"left out: {test['name']}, status {status} after {worked:.0f} s", flush=True)
    print(f"{len(taken)} tests in {sum(worked for worked, _ in taken.values()):.0f} s", flush=True)
    return taken


def order_for(path, tests, taken):
    """Tests of the fault's own room first, quick ones before slow ones."""
    room = path.split("/")[1]
    kept = [test for test in tests if test["name"] in taken]
    return sorted(kept, key=lambda test: (not test["name"].startswith(room + "/"), taken[test["name"]][0]))


def fails(test, taken):
    """Whether a test fails, or takes far longer than it did; twice, so not by chance."""
    worked, wall = taken[test["name"]]
    for _ in range(2):
        if run(test["command"], test["cwd"], 3 + 5 * worked, 20 + 10 * wall) in (0, 77):
            return False
    return True


# ---- planting ---------------------------------------------------------------------------------------

def try_fault(copy, name, fault, taken):
    """Who caught it in a build: a test's name, "compiler", or None."""
    build, text = copy.build(name), copy.read(fault.path)
    copy.write(fault.path, fault.text)
    try:
        if run(["ninja", "-C", build, "-j", "2"], copy.tree, 600, 1200) != 0:
            return "compiler"
        for test in order_for(fault.path, list(read_tests(build)), taken):
            if fails(test, taken):
                return test["name"]
        return None
    finally:
        copy.write(fault.path, text)


def go_through(copies, name, faults, longest):
    """Tries each fault in a build. Returns who caught each."""
    taken = measure(copies.queue[0].build(name), longest)
    caught = {}

    def work(fault):
        copy = copies.get()
        try:
            caught[fault] = try_fault(copy, name, fault, taken)
        finally:
            copies.put(copy)
        print(f"{len(caught)}/{len(faults)} {fault.path}:{fault.line} {fault.what}: {caught[fault] or 'not caught'}",
              flush=True)

    with concurrent.futures.ThreadPoolExecutor(copies.qsize()) as workers:
        list(workers.map(work, faults))
    return caught


def summary(sort, faults, caught):
    """What came of one sort of faults, room by room, and those that nobody noticed."""
    planted = [fault for fault in faults if caught[fault] != "compiler"]
    survivors = [fault for fault in planted if not caught[fault]]
    by_room = collections.Counter(fault.path.split("/")[1] for fault in planted)
    lost = collections.Counter(fault.path.split("/")[1] for fault in survivors)
    print(f"\n{sort}: {len(planted)} faults planted ({len(faults) - len(planted)} more did not compile), "
          f"{len(planted) - len(survivors)} caught: {100 * (1 - len(survivors) / max(len(planted), 1)):.1f} %")
    print("  " + ", ".join(f"{room} {n - lost[room]} of {n}" for room, n in sorted(by_room.items())))
    for fault in survivors:
        print(f"not caught: {fault}")


def parse_options():
    parser = argparse.ArgumentParser(prog="mutate.sh")
    parser.add_argument("--sort", choices=["meaning", "small"])
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--longest", type=float, default=20)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    return parser.parse_args()


def main():
    options, root, wrong = parse_options(), os.getcwd(), []
    meant = meant_faults(root, wrong.append)
    if options.check or wrong:
        print("\n".join(wrong + [f"{MEANING}: {len(meant)} rows apply, {len(wrong)} do not"]))
        return 1 if wrong else 0
    sorts = {"meaning": meant, "small": small_faults(root)}
    sorts = {sort: [f for f in faults if re.search(options.only, f"{f.path}: {f.what}")]
             for sort, faults in sorts.items() if options.sort in (None, sort)}
    faults = [fault for sort in sorts.values() for fault in sort]
    if options.list:
        print("\n".join(map(str, faults + [len(faults)])))
        return 0
    os.makedirs(os.path.join(root, "build", "mutation"), exist_ok=True)
    alone = open(os.path.join(root, "build", "mutation", "lock"), "w", encoding="utf-8")
    try:
        fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit("mutate: another one is at work in build/mutation")
    os.environ.update(OMP_WAIT_POLICY="passive", ASAN_OPTIONS="allocator_may_return_null=1:detect_stack_use_after_return=1")
    copies = queue.Queue()
    for number in range(options.jobs):
        copies.put(Copy(root, number))
    caught = go_through(copies, "plain", faults, options.longest)
    survivors = [fault for fault in faults if not caught[fault]]
    if survivors:
        print(f"{len(survivors)} got past the plain build", flush=True)
        caught.update(go_through(copies, "sanitize", survivors, options.longest))
    for sort, of_sort in sorts.items():
        summary(sort, of_sort, caught)
    return 0


if __name__ == "__main__":
    sys.exit(main())
