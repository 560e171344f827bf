const ELU = [40320, 5040, 720, 120, 24, 6, 2].map((n) => fround(1 / n));

activations.elu = (x) => {
    if (x > 0)
        return x;
    const low = min(0, x);
    return low > fround(-0.4) ? fma(mul(low, low), ELU.reduce((p, term) => fma(p, low, term)), low) : sub(exp(low), 1);
};
