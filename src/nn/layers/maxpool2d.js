layers.maxpool2d = {
    forward(layer, x, y) {
        for (let at = 0; at < y.length; at++)
            y[at] = add(layers.maxpool2d.sees(layer, at).x.reduce((most, i) => larger(most, x[i]), -Infinity), 0);
    },
    sees: (layer, at) => ({x: underChannel(layer, layer.window, at)}),
};
