"""Plants small faults, one at a time, in a copy of the tree that scripts/mutate.sh has built, and runs the tests until
one fails. Called by scripts/mutate.sh, which says more."""

import argparse
import json
import math
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile

# What faults are planted in: sources and how many. Not the sets of kernels that this build leaves out, not what measures
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

# Tests that have no say: one depends on chance, one only compares builds of the same code with each other.
NO_SAY = {"cli/kill", "kernels/digest"}

# What a fault is: a pattern and what takes its place. Each is tried on every line of code, outside of texts.
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


def candidates(root, pattern):
    """Every fault that could be planted in the files of a pattern, one a line and kind, in a fixed order."""
    found = []
    for folder, _, names in sorted(os.walk(os.path.join(root, "src"))):
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), root)
            if not re.fullmatch(pattern, path):
                continue
            with open(os.path.join(root, path), encoding="utf-8") as file:
                lines = dict(code_lines(file.read()))
            for number, line in lines.items():
                for kind, before, after in FAULTS:
                    wrong = re.sub(before, after, line, count=1)
                    if wrong != line:
                        found.append((path, number, line, wrong, kind))
    return found


def choose(root):
    """The faults to plant, spread evenly over each row of the plan."""
    chosen = []
    for pattern, count in PLAN:
        found = candidates(root, pattern)
        step = len(found) / count
        chosen += [found[int((i + 0.5) * step)] for i in range(count)] if found else []
    return list(dict.fromkeys(chosen))


def read_tests(build):
    """Names, commands and environments of the tests."""
    listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, capture_output=True, check=True).stdout
    for test in json.loads(listed)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        if "command" in test and test["name"] not in NO_SAY:
            yield {"name": test["name"], "command": test["command"], "cwd": properties.get("WORKING_DIRECTORY", build)}


def run(command, cwd, cpu_s):
    """Exit status of a command that each of its processes may work on for cpu_s; None where it only waits."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(cpu_s), math.ceil(cpu_s) + 1))
    said = tempfile.TemporaryFile()
    process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                               start_new_session=True, preexec_fn=limit)
    try:
        return process.wait(60 + 20 * cpu_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def worked_s():
    """Seconds of work in processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(tests, longest):
    """The tests that pass and are quick enough, fastest first, with the seconds that they took."""
    kept = []
    for test in tests:
        start = worked_s()
        status = run(test["command"], test["cwd"], longest)
        test["seconds"] = worked_s() - start
        if status == 0:
            kept.append(test)
        else:
            print(f"left out: {test['name']}, status {status} after {test['seconds']:.0f} s", flush=True)
    return sorted(kept, key=lambda test: test["seconds"])


def order_for(path, tests):
    """Tests of the fault's own row of the code first."""
    row = path.split("/")[1]
    return sorted(tests, key=lambda test: not test["name"].startswith(row + "/"))


def fails(test):
    """Whether a test fails, or takes far longer than it did."""
    return run(test["command"], test["cwd"], 2 + 4 * test["seconds"]) not in (0, 77)


def try_fault(root, build, fault, tests):
    """Who caught it: a test's name, "compiler", or None."""
    path, number, line, wrong, _ = fault
    whole = os.path.join(root, path)
    with open(whole, encoding="utf-8") as file:
        text = file.read()
    lines = text.split("\n")
    assert lines[number] == line
    lines[number] = wrong
    try:
        with open(whole, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        if run(["ninja", "-C", build], root, 600) != 0:
            return "compiler"
        for test in order_for(path, tests):
            if fails(test) and fails(test):  # twice: not by chance
                return test["name"]
        return None
    finally:
        with open(whole, "w", encoding="utf-8") as file:
            file.write(text)


def go_through(root, build, faults, longest):
    """Tries each fault. Returns those that nobody caught, and how many did not compile."""
    tests = measure(list(read_tests(build)), longest)
    print(f"{len(tests)} tests in {sum(t['seconds'] for t in tests):.0f} s", flush=True)
    survivors, by_compiler = [], 0
    for i, fault in enumerate(faults):
        caught = try_fault(root, build, fault, tests)
        by_compiler += caught == "compiler"
        if caught is None:
            survivors.append(fault)
        print(f"{i + 1}/{len(faults)} {fault[0]}:{fault[1] + 1} {fault[4]}: {caught or 'not caught'}", flush=True)
    return survivors, by_compiler


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("plain", help="a build that is quick")
    parser.add_argument("sanitize", help="a build that sees more, for what got past the first")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only", default="", help="a part of the path")
    parser.add_argument("--part", default="1/1", help="I/N: every N-th from the I-th, for several at once")
    parser.add_argument("--longest", type=float, default=20, help="seconds of work that a test may take")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    faults = [f for f in choose(options.root) if options.only in f[0]][part - 1::parts]
    if options.list:
        for path, number, line, wrong, kind in faults:
            print(f"{path}:{number + 1}: {kind}\n    {line.strip()}\n    {wrong.strip()}")
        print(len(faults))
        return 0
    survivors, by_compiler = go_through(options.root, options.plain, faults, options.longest)
    planted = len(faults) - by_compiler
    if survivors:
        print(f"{len(survivors)} got past the plain build", flush=True)
        survivors, _ = go_through(options.root, options.sanitize, survivors, options.longest)
    print(f"\n{planted} faults planted ({by_compiler} more did not compile), {planted - len(survivors)} caught: "
          f"{100 * (planted - len(survivors)) / max(planted, 1):.1f} %; not caught:")
    for path, number, line, wrong, kind in survivors:
        print(f"{path}:{number + 1}: {kind}\n    {line.strip()}\n    {wrong.strip()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
