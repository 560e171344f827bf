const ERF = ['-0x1.38e000p-11', '0x1.471a58p-8', '-0x1.b691b2p-6', '0x1.ce1c44p-4', '-0x1.812700p-2', '0x1.06eba8p-3'].map(hex);
const ERF_FAR = ['-0x1.220000p-16', '0x1.91cfb2p-12', '-0x1.fd1438p-9', '0x1.8d6342p-6', '-0x1.b55cb8p-4', '-0x1.450aa0p-1', '-0x1.079d0cp-3'].map(hex);
const ROOT_HALF = hex('0x1.6a09e6p-1');

/* v_erf in src/kernels/body/elementwise.h, line by line. */
function erf(x) {
    const size = min(4, Math.abs(x)), square = mul(size, size);
    let y;
    if (size < 0.927734375)
        y = fma(ERF.reduce((p, term) => fma(p, square, term)), size, size);
    else {
        let q = fma(ERF_FAR[0], size, ERF_FAR[1]);
        q = fma(q, square, fma(ERF_FAR[2], size, ERF_FAR[3]));
        for (const term of ERF_FAR.slice(4))
            q = fma(q, size, term);
        y = sub(1, exp(fma(q, size, -size)));
    }
    return x < 0 ? -y : y;
}

activations.gelu = (x) => {
    const fromBelow = max(-20, x), held = min(20, fromBelow);
    return mul(fromBelow, fma(0.5, erf(mul(held, ROOT_HALF)), 0.5));
};
