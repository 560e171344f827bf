const LOG1P = [13, 11, 9, 7, 5, 3].map((n) => fround(2 / n));

/* v_log1p in src/kernels/body/elementwise.h. */
function log1p(x) {
    const s = div(x, add(2, x)), z = mul(s, s), h = mul(mul(x, x), 0.5);
    return sub(x, sub(h, mul(s, fma(LOG1P.reduce((p, term) => fma(p, z, term)), z, h))));
}

activations.softplus = (x) => add(max(0, x), log1p(exp(-Math.abs(x))));
