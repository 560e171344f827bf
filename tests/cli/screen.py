"""A terminal as far as the tests of cnn train --watch need one: what it is sent, as cells that can be looked at."""
import re

TOKEN = re.compile(rb"\x1b\[(\??)([0-9;]*)([A-Za-z])|\x1b.|[\x00-\x1f]|[\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]*", re.S)
BEGUN = re.compile(rb"(\x1b(\[[?0-9;]*)?|[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})$")


def blank():
    return (" ", None, None)


class Screen:
    """cells[y][x] is (sign, colour of the sign, colour behind it); a colour is None, ("256", n) or ("rgb", r, g, b)."""

    def __init__(self, lines, columns):
        self.lines, self.columns = lines, columns
        self.cells = self.empty()
        self.kept = None  # the ordinary screen while the other one is shown: cells and cursor
        self.scrolled = []  # lines that have left the ordinary screen at its top
        self.y = self.x = 0
        self.ink = self.ground = None
        self.cursor, self.held = True, False
        self.frames = 0  # changes that were held back and then shown at once
        self.unknown = []
        self.rest = b""

    def empty(self):
        return [[blank()] * self.columns for _ in range(self.lines)]

    def feed(self, data):
        data = self.rest + data
        begun = BEGUN.search(data)  # it goes on in what comes next
        end = begun.start() if begun else len(data)
        for token in TOKEN.finditer(data, 0, end):
            if token.group(3):
                self.obey(token.group(1), token.group(2).decode(), token.group(3).decode())
            else:
                self.put(token.group())
        self.rest = data[end:]

    def put(self, sign):
        if sign == b"\r":
            self.x = 0
        elif sign == b"\n":
            self.down()
        elif sign[0] >= 0x20:
            if self.x == self.columns:
                self.x = 0
                self.down()
            self.cells[self.y][self.x] = (sign.decode("utf-8", "replace"), self.ink, self.ground)
            self.x += 1

    def down(self):
        if self.y + 1 < self.lines:
            self.y += 1
            return
        line = self.cells.pop(0)
        if self.kept is None:
            self.scrolled.append(line)
        self.cells.append([blank()] * self.columns)

    def obey(self, private, numbers, letter):
        n = [int(part or 0) for part in numbers.split(";")]
        if private and letter in "hl":
            self.switch(n[0], letter == "h")
        elif letter == "m":
            try:
                self.colour(n)
            except IndexError:  # on Ctrl-C the system throws away what waits, which may be half of this
                self.unknown.append(numbers + letter)
        elif letter == "H":
            self.y, self.x = max(n[0], 1) - 1, (n[1] - 1 if len(n) > 1 and n[1] else 0)
        elif letter == "K" and n[0] == 0:
            self.cells[self.y][self.x:] = [blank()] * (self.columns - self.x)
        elif letter == "J" and n[0] == 0:
            self.cells[self.y][self.x:] = [blank()] * (self.columns - self.x)
            for y in range(self.y + 1, self.lines):
                self.cells[y] = [blank()] * self.columns
        else:
            self.unknown.append(private.decode() + numbers + letter)

    def switch(self, what, on):
        if what == 25:
            self.cursor = on
        elif what == 2026:
            self.frames += self.held and not on
            self.held = on
        elif what == 1049 and on and self.kept is None:
            self.kept = (self.cells, self.y, self.x)
            self.cells = self.empty()
        elif what == 1049 and not on and self.kept is not None:
            self.cells, self.y, self.x = self.kept
            self.kept = None
        elif what not in (7, 1049):
            self.unknown.append("?%d" % what)

    def colour(self, n):
        while n:
            code = n.pop(0)
            if code == 0:
                self.ink = self.ground = None
            elif code in (38, 48):
                kind = n.pop(0)
                value = ("256", n.pop(0)) if kind == 5 else ("rgb", n.pop(0), n.pop(0), n.pop(0))
                if code == 38:
                    self.ink = value
                else:
                    self.ground = value
            elif code == 39:
                self.ink = None
            elif code == 49:
                self.ground = None
            elif code not in (1, 2):
                self.unknown.append("%dm" % code)

    def resize(self, lines, columns):
        """As a terminal without reflow does it: what is outside is lost."""
        def fit(cells):
            cells = [(row + [blank()] * columns)[:columns] for row in cells]
            return (cells + [[blank()] * columns for _ in range(lines)])[:lines]
        self.lines, self.columns = lines, columns
        self.cells = fit(self.cells)
        if self.kept is not None:
            cells, y, x = self.kept
            self.kept = (fit(cells), min(y, lines - 1), min(x, columns))
        self.y, self.x = min(self.y, lines - 1), min(self.x, columns)

    def text(self):
        """The lines that can be read by scrolling back, then those of the screen."""
        return ["".join(cell[0] for cell in row).rstrip() for row in self.scrolled + self.cells]
