#!/usr/bin/env python3
"""Writes src/picture/font_data.h from the Spleen console fonts, which Debian's package fonts-spleen installs.

    apt-get install fonts-spleen && python3 scripts/make/font.py > src/picture/font_data.h

Spleen is Frederic Cambus's, under the licence in docs/licenses/spleen.txt.
"""
import gzip
import sys

SIZES = ((8, 16), (12, 24), (16, 32))
CHARACTERS = [chr(code) for code in range(32, 127)] + list("°±·×")  # in the order of their code points


def read_psf(data):
    """{character: rows} of a PSF font, version 1 or 2; the first bit of a row is its highest."""
    if data[:2] == b"\x36\x04":
        count, height, width, start, size = (512 if data[2] & 1 else 256), data[3], 8, 4, data[3]
        entries = data[start + count * size:].decode("utf-16-le").split("\uffff")
    else:
        start, count, size, height, width = (int.from_bytes(data[at:at + 4], "little") for at in (8, 16, 20, 24, 28))
        entries = [part.decode("utf-8", "replace") for part in data[start + count * size:].split(b"\xff")]
    wide = (width + 7) // 8
    glyphs = {}
    for number, names in enumerate(entries[:count]):
        at = start + number * size
        rows = [int.from_bytes(data[at + y * wide:at + (y + 1) * wide], "big") >> (wide * 8 - width)
                for y in range(height)]
        for name in names.split("\ufffe")[0]:
            glyphs.setdefault(name, rows)
    return glyphs


def main():
    print("/* Spleen, a console font, by Frederic Cambus; BSD-2-Clause, see docs/licenses/spleen.txt.\n"
          " * Made by scripts/make/font.py; the highest bit used of a row is its leftmost dot. */\n"
          "#ifndef PICTURE_FONT_DATA_H\n#define PICTURE_FONT_DATA_H\n\n#include <stdint.h>\n\n// clang-format off")
    print("enum { N_GLYPHS = %d };\n" % len(CHARACTERS))
    for width, height in SIZES:
        with gzip.open(f"/usr/share/consolefonts/spleen-{width}x{height}.psfu.gz") as file:
            glyphs = read_psf(file.read())
        print("static const uint16_t glyphs_%dx%d[N_GLYPHS][%d] = {" % (width, height, height))
        for character in CHARACTERS:
            rows = ["%#x" % row if row else "0" for row in glyphs[character]]
            print("    {" + ",".join(rows) + "}, /* U+%04X */" % ord(character))
        print("};\n")
    print("// clang-format on\n\n#endif")


if __name__ == "__main__":
    sys.exit(main())
