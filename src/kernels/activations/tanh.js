const TANH = ['-0x1.75da26p-8', '0x1.5224f6p-6', '-0x1.b83c1cp-5', '0x1.110726p-3', '-0x1.555532p-2'].map(hex);

activations.tanh = (x) => {
    const size = Math.abs(x);
    if (size < 0.625) {
        const square = mul(x, x);
        let p = TANH[0];
        for (let i = 1; i < TANH.length; i++)
            p = fma(p, square, TANH[i]);
        return fma(mul(p, square), x, x);
    }
    const e = exp(add(size, size)), far = fma(-2, div(1, add(1, e)), 1);
    return x < 0 ? -far : far;
};
