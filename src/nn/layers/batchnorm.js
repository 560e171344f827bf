layers.batchnorm = {
    forward(layer, x, y) {
        const {gamma, beta, moving_mean: mean, moving_variance: variance} = layer.weights, channels = gamma.length;
        const factor = gamma.map((g, c) => mul(g, div(1, sqrt(add(variance[c], fround(layer.epsilon))))));
        for (let at = 0; at < y.length; at++)
            y[at] = fma(sub(x[at], mean[at % channels]), factor[at % channels], beta[at % channels]);
    },
    sees: (layer, at) => ({x: [at], says: 'normalised'}),
};
