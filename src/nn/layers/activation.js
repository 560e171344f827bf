layers.activation = {
    forward(layer, x, y) {
        y.set(x);
    },
    sees: (layer, at) => ({x: [at]}),
};
