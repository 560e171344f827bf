"""Checks of cnn train --watch on a pseudo-terminal. Each function is one; none fails because the machine is slow."""
import os
import re
import signal
import subprocess
import sys
import time

from screen import Screen
from terminal import Terminal

CNN = sys.argv[1]
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
failed = 0


def expect(truth, what):
    global failed
    if not truth:
        print("%s: %s" % (sys._getframe(1).f_code.co_name, what), file=sys.stderr)
        failed = 1


def cnn(*arguments, **environment):
    return subprocess.run([CNN, *arguments], capture_output=True, text=True, env={**os.environ, **environment})


def watch(lines, columns, *arguments, **environment):
    return Terminal(lines, columns, [CNN, "train", "--watch", *arguments], environment)


def fingerprint(text):
    found = re.search(r"fingerprint +([0-9a-f]{16})", text)
    return found and found.group(1)


def given_back(terminal):
    return terminal.screen.kept is None and terminal.screen.cursor and not terminal.screen.held


def pixels(rows, x, width):
    """The colours of the half blocks from column x on, two rows for each line."""
    upper = [[row[i][1] for i in range(x, x + width)] for row in rows]
    lower = [[row[i][2] for i in range(x, x + width)] for row in rows]
    return [half for pair in zip(upper, lower) for half in pair]


def find_tiles(screen, heading, rows, width, n, wide):
    """n pictures of so many cells below a heading and beside each other, as colours; the heading's line counted from the
    end, for it is printed last of all. wide: characters a cell has."""
    text = ["".join(cell[0] for cell in row) for row in screen.scrolled + screen.cells]
    cells = screen.scrolled + screen.cells
    lines = [y for y in range(len(text)) if heading in text[y]]
    if not lines:
        return None
    y, x = lines[-1], text[lines[-1]].index(heading)
    tiles = []
    for i in range(n):
        left = x + i * (width * wide + 2)
        fine = pixels(cells[y + 1:y + 1 + (rows * wide + 1) // 2], left, width * wide)
        tiles.append([row[::wide] for row in fine[::wide]][:rows])
    return tiles


# ---- what is drawn ---------------------------------------------------------------------------------------


def shown(*arguments):
    """What cnn show prints on a terminal of 80 columns."""
    terminal = Terminal(300, 80, [CNN, "show", *arguments], {"COLORTERM": "truecolor"})
    terminal.finish()
    return terminal.screen


def the_last_picture_is_the_network_that_is_saved():
    # from given weights: then cnn show has no other scale than that of the filters as they are now
    cnn("train", "--scale", "--epochs", "1", "--model", "begin.npz")
    terminal = watch(24, 80, "--weights", "begin.npz", "--epochs", "3", "--watch-index", "4", COLORTERM="truecolor")
    status = terminal.finish()
    screen = terminal.screen
    expect(status == 0, "exit status %d" % status)
    expect(not screen.unknown, "told the terminal %s" % screen.unknown)
    filters = find_tiles(screen, "conv2d filters", 5, 5, 3, 2)
    saved = shown("filters", "--layer", "conv2d")
    expect("learned" in " ".join(saved.text()), "cnn show filters: %s" % saved.text())
    expect(filters and filters == find_tiles(saved, "filter 0", 5, 5, 3, 3), "other weights than the model's")
    expect(filters and all(len({str(c) for row in tile for c in row}) > 5 for tile in filters), "filters are plain")
    maps = find_tiles(screen, "conv2d maps", 24, 24, 3, 1)
    expect(maps and maps == find_tiles(shown("maps", "--index", "4", "--layer", "conv2d"), "map 0", 24, 24, 3, 1),
           "other maps than those of image 4")
    truth = re.search(r"image 4: it is (\d), the answer is (\d)", "\n".join(screen.text()))
    said = re.search(r"image 4: (\d)", cnn("predict", "--index", "4").stdout)
    expect(truth and said and truth.group(2) == said.group(1), "another answer than cnn predict's")


def sheets_of_every_size_fit():
    for lines, columns in ((5, 20), (10, 40), (24, 80), (40, 120), (60, 200)):
        terminal = watch(lines, columns, "--epochs", "2", "--validation-split", "0.1", "--overwrite")
        terminal.finish()
        expect(not terminal.screen.unknown, "%d x %d: told the terminal %s" % (columns, lines, terminal.screen.unknown))
        frames = re.findall(rb"\x1b\[\?2026h(.*?)\x1b\[\?2026l", terminal.bytes, re.S)
        expect(frames, "%d x %d: no picture" % (columns, lines))
        for frame in frames:
            screen = Screen(lines + 50, columns + 100)
            screen.feed(frame)
            text = screen.text()
            expect(len("\n".join(text).rstrip().split("\n")) <= lines, "%d x %d: too many lines" % (columns, lines))
            expect(max(map(len, text)) < columns, "%d x %d: a line is too wide" % (columns, lines))
        said = " ".join(text_of(frames[-1], lines, columns))
        for word, room in (("image", 20), ("loss", 80), ("conv2d maps", 80), ("accuracy", 120), ("answer", 120),
                           ("conv2d_1 maps", 120), ("conv2d_1 filters", 200)):
            expect(columns < room or word in said, "%d x %d: no %s" % (columns, lines, word))


def text_of(frame, lines, columns):
    screen = Screen(lines, columns)
    screen.feed(frame)
    return screen.text()


def without_colours_it_is_signs_and_numbers():
    for name, value in (("NO_COLOR", "1"), ("LC_ALL", "C")):
        terminal = watch(24, 80, "--epochs", "2", "--overwrite", **{name: value})
        expect(terminal.finish() == 0, "%s: failed" % name)
        expect(not re.search(rb"\x1b\[[0-9;]*m", terminal.bytes.replace(b"\x1b[0m", b"")), "%s: colours" % name)
        expect(terminal.bytes.isascii(), "%s: more than ASCII" % name)
        expect(re.search(r"( +-?[0-9]){15}", "\n".join(terminal.screen.text()), re.M), "%s: no numbers" % name)


# ---- how often -------------------------------------------------------------------------------------------


def it_draws_at_most_ten_times_a_second():
    begin = time.monotonic()
    terminal = watch(24, 80, "--epochs", "100000", "--overwrite")
    drawn = terminal.until(lambda: len(terminal.frames) >= 5)
    pictures, took = len(terminal.frames), time.monotonic() - begin
    terminal.send("\x03")
    status = terminal.finish()
    expect(drawn and status == 130 and pictures <= 2 + 10 * took, "status %d, %d pictures in %.2f s" % (status, pictures, took))


def a_terminal_that_takes_nothing_does_not_stop_the_training():
    terminal = watch(24, 80, "--epochs", "100000", "--history", "blocked.csv", "--overwrite")
    end = time.monotonic() + 60
    while time.monotonic() < end and not (os.path.exists("blocked.csv") and len(open("blocked.csv").read().split()) > 5):
        time.sleep(0.05)  # and reads nothing
    expect(time.monotonic() < end, "it waits for its terminal")
    terminal.signal(signal.SIGTERM)
    expect(terminal.finish() == 128 + signal.SIGTERM, "exit status %d" % terminal.status)
    expect(given_back(terminal), "the terminal is not given back")


# ---- how it ends -----------------------------------------------------------------------------------------


def however_it_ends_the_terminal_is_given_back():
    def run(name, act, status, *arguments):
        terminal = watch(24, 80, "--epochs", "100000", "--overwrite", "--model", name + ".npz", *arguments)
        expect(terminal.until(lambda: terminal.screen.frames >= 3), "%s: no pictures" % name)
        expect(terminal.screen.kept is not None and not terminal.screen.cursor, "%s: not the other screen" % name)
        act(terminal)
        expect(terminal.finish() == status, "%s: exit status %d" % (name, terminal.status))
        expect(given_back(terminal), "%s: the terminal is not given back" % name)
        return "\n".join(terminal.screen.text())

    text = run("interrupt", lambda t: t.send("\x03"), 130)
    expect("go on with: cnn train --resume 'interrupt.npz'" in text and "--watch" in text.replace("\n", ""), "how to go on is not said: " + text)
    expect(re.search(r"^Epoch 1/100000\n7/7 \[=+\].*loss", text, re.M), "the lines of the epochs are gone")
    expect("conv2d filters" in text, "the last picture is gone")
    run("terminate", lambda t: t.signal(signal.SIGTERM), 143)
    run("hangup", lambda t: t.signal(signal.SIGHUP), 129)


def an_error_gives_the_terminal_back():
    terminal = watch(24, 80, "--learning-rate", "1000", "--optimizer", "sgd", "--model", "error.npz")
    status = terminal.finish()
    text = "\n".join(terminal.screen.text())
    expect(status == 1 and "not finite" in text and given_back(terminal), "status %d: %s" % (status, text))


def the_second_interrupt_gives_the_terminal_back():
    terminal = watch(24, 80, "--epochs", "100000", "--overwrite", "--model", "twice.npz")
    terminal.until(lambda: terminal.screen.frames >= 2)
    os.kill(terminal.pid, signal.SIGSTOP)  # so that both are there at once
    terminal.send("\x03")
    terminal.signal(signal.SIGCONT)
    terminal.send("\x03")
    status = terminal.finish()
    expect(status == 130 and given_back(terminal), "status %d" % status)


def it_waits_on_control_z_without_the_terminal():
    terminal = watch(24, 80, "--epochs", "100000", "--overwrite", "--model", "wait.npz")
    terminal.until(lambda: terminal.screen.frames >= 2)
    terminal.send("\x1a")
    expect(terminal.until(lambda: terminal.bytes.count(LEAVE) == 1), "the terminal is not given back")
    expect(terminal.until(lambda: terminal.bytes.count(ENTER) == 2), "no picture after it goes on")
    terminal.send("\x03")
    expect(terminal.finish() == 130 and given_back(terminal), "status %d" % terminal.status)


def in_the_background_it_leaves_the_terminal_alone():
    job = 'set -m; "$@" & wait $!'
    command = ["sh", "-c", job, "sh", CNN, "train", "--watch", "--epochs", "3", "--model", "background.npz"]
    terminal = Terminal(24, 80, command)
    status = terminal.finish()
    text = "\n".join(terminal.screen.text())
    expect(status == 0 and ENTER not in terminal.bytes, "it draws while another job has the terminal")
    expect("Epoch 3/3" in text or "fingerprint" in text, "the training is not told: " + text)


def a_terminal_of_another_size_is_filled_anew():
    terminal = watch(40, 120, "--epochs", "100000", "--overwrite", "--model", "size.npz", COLUMNS="", LINES="")
    terminal.until(lambda: terminal.screen.frames >= 2)
    expect(any("answer" in line for line in terminal.screen.text()), "120 x 40: no bars")
    terminal.resize(24, 80)
    seen = terminal.screen.frames
    terminal.until(lambda: terminal.screen.frames >= seen + 3)
    text = terminal.screen.text()
    expect(text[0].startswith("image 0") and not any(line.startswith("answer") for line in text), "not drawn anew")
    terminal.send("\x03")
    terminal.finish()
    expect(given_back(terminal), "the terminal is not given back")


# ---- what it must not do ---------------------------------------------------------------------------------


def it_changes_no_bit_of_the_training():
    options = ["--epochs", "4", "--validation-split", "0.1", "--snapshots", "--overwrite", "--history"]
    plain = cnn("train", *options, "plain.csv", "--model", "plain.npz").stdout
    terminal = watch(24, 80, *options, "watched.csv", "--model", "watched.npz")
    terminal.finish()
    watched = "\n".join(terminal.screen.text())
    expect(fingerprint(plain) and fingerprint(plain) == fingerprint(watched), "another fingerprint")
    expect(open("plain.csv").read() == open("watched.csv").read(), "another history")
    # stopped and gone on with, watched both times
    terminal = watch(24, 80, *options, "parts.csv", "--model", "parts.npz", "--save-every", "1")
    terminal.until(lambda: terminal.screen.frames >= 1)
    terminal.send("\x03")
    if terminal.finish() == 130:
        terminal = watch(24, 80, "--resume", "parts.npz", "--history", "parts.csv")
        terminal.finish()
    expect(fingerprint(plain) == fingerprint("\n".join(terminal.screen.text())), "another fingerprint when resumed")
    expect(open("plain.csv").read() == open("parts.csv").read(), "another history when resumed")


def what_cannot_be_is_refused():
    def refused(what, run):
        status, text = run
        expect(status == 2 and what in text, "%s: %d, %s" % (what, status, text))

    def on_terminal(*arguments, **environment):
        terminal = watch(24, 200, *arguments, **environment)
        return terminal.finish(), " ".join(terminal.screen.text())

    def in_pipe(*arguments):
        done = cnn("train", *arguments)
        return done.returncode, done.stderr

    model = ("--model", "refused.npz")
    refused("standard output is a file or a pipe", in_pipe("--watch", *model))
    refused("TERM says that this one is dumb", on_terminal(*model, TERM="dumb"))
    refused("TERM says that this one is unknown", on_terminal(*model, TERM=""))
    refused("expected 0 to 199, found 200", on_terminal(*model, "--watch-index", "200"))
    refused("--json do not go together", on_terminal(*model, "--json"))
    refused("--verbose 0 do not go together", on_terminal(*model, "--verbose", "0"))
    refused("--dark goes with --watch", in_pipe("--dark", *model))
    refused("--watch-index goes with --watch", in_pipe("--watch-index", "1", *model))
    expect(not os.path.exists("refused.npz"), "something was trained")


CHECKS = [
    the_last_picture_is_the_network_that_is_saved,
    sheets_of_every_size_fit,
    without_colours_it_is_signs_and_numbers,
    it_draws_at_most_ten_times_a_second,
    a_terminal_that_takes_nothing_does_not_stop_the_training,
    however_it_ends_the_terminal_is_given_back,
    an_error_gives_the_terminal_back,
    the_second_interrupt_gives_the_terminal_back,
    it_waits_on_control_z_without_the_terminal,
    in_the_background_it_leaves_the_terminal_alone,
    a_terminal_of_another_size_is_filled_anew,
    it_changes_no_bit_of_the_training,
    what_cannot_be_is_refused,
]

if __name__ == "__main__":
    for check in CHECKS:
        begun = time.monotonic()
        check()
        print("%6.2f s  %s" % (time.monotonic() - begun, check.__name__))
    sys.exit(failed)
