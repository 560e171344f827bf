'use strict';
/* The arithmetic of src/kernels: numbers of 24 bits, every operation rounded once, and what is smaller than 2^-126
 * counts as 0. A double holds 53 bits, enough that +, -, *, / and the square root of two such numbers, rounded to
 * double and then to 24 bits, come out as if rounded once. */
const fround = Math.fround, LEAST = 2 ** -126, LARGEST = (2 - 2 ** -23) * 2 ** 127;

const flush = (x) => (x < LEAST && x > -LEAST ? x * 0 : x);
const add = (a, b) => flush(fround(a + b));
const sub = (a, b) => flush(fround(a - b));
const mul = (a, b) => flush(fround(a * b));
const div = (a, b) => flush(fround(a / b));
const sqrt = (a) => fround(Math.sqrt(flush(a)));

/* a * b + c, rounded once. The product is exact; the sum t is rounded to double, and that matters only where t lies
 * exactly in the middle between two numbers of 24 bits: there what the first rounding dropped decides. */
function fma(a, b, c) {
    const p = a * b, t = p + c, y = fround(t), other = 2 * t - y;
    return flush(other !== y && fround(other) === other ? middle(p, c, t, y, other) : y);
}

function middle(p, c, t, y, other) {
    const part = t - p, dropped = (p - (t - part)) + (c - part); /* Knuth's two-sum */
    if (!Number.isFinite(y)) { /* between the largest number and infinity */
        const down = Math.abs(t) === 2 ** 128 - 2 ** 103 && dropped * t < 0;
        return down ? Math.sign(t) * LARGEST : y;
    }
    return dropped > 0 ? Math.max(y, other) : dropped < 0 ? Math.min(y, other) : y;
}

/* As v_max and v_min: a NaN in b comes through. */
const max = (a, b) => (a > b ? a : b);
const min = (a, b) => (a < b ? a : b);

const asFloat = new Float32Array(1), asBits = new Int32Array(asFloat.buffer);

/* A number as C writes it in base 16: "-0x1.62e43p-1". */
function hex(text) {
    const [, sign, digits, power] = /^(-?)0x1\.([0-9a-f]*)p(-?\d+)$/.exec(text);
    return Number(sign + 1) * (1 + parseInt(digits, 16) / 16 ** digits.length) * 2 ** Number(power);
}

/* The other way: as C's %a writes it. */
function hexFloat(x) {
    if (!Number.isFinite(x) || x === 0)
        return x === 0 ? '0x0p+0' : String(x);
    let power = Math.floor(Math.log2(Math.abs(x))), rest = Math.abs(x) / 2 ** power, digits = '';
    if (rest >= 2 || rest < 1) { /* the logarithm is rounded */
        power += rest >= 2 ? 1 : -1;
        rest = Math.abs(x) / 2 ** power;
    }
    for (rest -= 1; rest > 0; rest -= Math.floor(rest)) {
        rest *= 16;
        digits += Math.floor(rest).toString(16);
    }
    return `${x < 0 ? '-' : ''}0x1${digits && `.${digits}`}p${power < 0 ? '' : '+'}${power}`;
}

const ROUND_UP = 1.5 * 2 ** 23 + 127, INVERSE_LN2 = hex('0x1.715476p0');
const LN2 = [hex('-0x1.62e43p-1'), hex('0x1.05c61p-29')];
const EXP = ['0x1.6a2434p-10', '0x1.1239e2p-7', '0x1.5558f2p-5', '0x1.555492p-3', '0x1.fffffcp-2'].map(hex).concat(1, 1);

/* e^x: v_exp in src/kernels/body/elementwise.h, line by line. */
function exp(x) {
    x = min(fround(88.7), max(-88, x));
    const shifted = fma(x, INVERSE_LN2, ROUND_UP), n = sub(shifted, ROUND_UP);
    let r = fma(n, LN2[0], x), p = EXP[0];
    r = fma(n, LN2[1], r);
    for (let i = 1; i < EXP.length; i++)
        p = fma(p, r, EXP[i]);
    asFloat[0] = shifted;
    asBits[0] <<= 23;
    return mul(p, asFloat[0]);
}

/* Each file of an activation or a layer adds itself to one of these: y = activations.NAME(z), and
 * layers.NAME = {forward(layer, x, y), sees(layer, at)}. A layer's numbers lie as [h][w][c]; sees tells what number
 * `at` of it is made of, in the order of its sum: {x: places below, w: places in the kernel (none: no sum), parts:
 * where in x each part of the sum begins, bias: its place, says: what is said of it where there is no sum}. */
const activations = {}, layers = {};
