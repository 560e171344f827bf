/* Drawing in whole numbers, never by the canvas's own lines: the same strokes give the same bytes everywhere. */
const SIDE = 280, PEN = 11, DIGIT = 28, FIT = 20, FULL_INK = 250;

const newPlane = () => new Uint8Array(SIDE * SIDE);

/* Every pixel whose distance from the line a b is at most the pen's radius becomes value. */
function drawStroke(plane, a, b, value, radius = PEN) {
    const dx = b[0] - a[0], dy = b[1] - a[1], length2 = dx * dx + dy * dy, reach2 = radius * radius;
    const low = (i) => Math.max(Math.min(a[i], b[i]) - radius, 0), high = (i) => Math.min(Math.max(a[i], b[i]) + radius, SIDE - 1);
    for (let y = low(1); y <= high(1); y++)
        for (let x = low(0); x <= high(0); x++) {
            const ax = x - a[0], ay = y - a[1], bx = x - b[0], by = y - b[1];
            const along = ax * dx + ay * dy, across = ax * dy - ay * dx;
            const near = along <= 0 ? ax * ax + ay * ay <= reach2
                : along >= length2 ? bx * bx + by * by <= reach2 : across * across <= reach2 * length2;
            if (near)
                plane[y * SIDE + x] = value;
        }
}

/* The box around all ink; null where there is none. */
function boxOf(plane) {
    let top = SIDE, bottom = -1, left = SIDE, right = -1;
    plane.forEach((ink, i) => {
        if (ink) {
            const x = i % SIDE, y = (i - x) / SIDE;
            top = Math.min(top, y), bottom = y, left = Math.min(left, x), right = Math.max(right, x);
        }
    });
    return bottom < 0 ? null : {top, left, height: bottom - top + 1, width: right - left + 1};
}

/* area.c: what one row of n units each pours into pixels of `units`, FIT to a unit: pairs (place, share). */
function shares(n, units) {
    return Array.from({length: n}, (_, i) => {
        const parts = [];
        for (let at = i * FIT, end = at + FIT; at < end;) {
            const to = Math.min((Math.floor(at / units) + 1) * units, end);
            parts.push([Math.floor(at / units), to - at]);
            at = to;
        }
        return parts;
    });
}

/* trunc(15 - b), b the centre of mass of weights along one direction. */
function offsetOf(weights) {
    let twice = 0, sum = 0;
    weights.forEach((w, i) => {
        twice += (2 * i + 1) * w, sum += w;
    });
    return sum ? Math.trunc((30 * sum - twice) / (2 * sum)) : 0;
}

/* fit.c: the ink's box poured into 20 x 20 by area, its centre of mass in the middle pixel of 28 x 28; as cnn predict
 * cleans a drawing. null: nothing is drawn. */
function cleanDrawing(plane) {
    const box = boxOf(plane), digit = new Uint8Array(DIGIT * DIGIT);
    if (!box)
        return null;
    const longer = Math.max(box.height, box.width), height = Math.ceil(box.height * FIT / longer), width = Math.ceil(box.width * FIT / longer);
    const sums = new Float64Array(height * width), columns = shares(box.width, longer);
    shares(box.height, longer).forEach((rows, y) => columns.forEach((cells, x) => {
        const ink = plane[(box.top + y) * SIDE + box.left + x];
        if (ink)
            for (const [row, h] of rows)
                for (const [column, w] of cells)
                    sums[row * width + column] += ink * h * w;
    }));
    const most = sums.reduce((a, b) => Math.max(a, b), 1), area = longer * longer, faint = most < FULL_INK * area;
    const grey = sums.map((s) => Math.floor(faint ? (255 * s + Math.floor(most / 2)) / most : (s + Math.floor(area / 2)) / area));
    const along = (n, place) => grey.reduce((w, g, i) => (w[place(i)] += g, w), new Array(n).fill(0));
    const down = offsetOf(along(height, (i) => Math.floor(i / width))), right = offsetOf(along(width, (i) => i % width));
    grey.forEach((g, i) => {
        const x = i % width + right, y = Math.floor(i / width) + down;
        if (x >= 0 && x < DIGIT && y >= 0 && y < DIGIT)
            digit[y * DIGIT + x] = g;
    });
    return digit;
}
