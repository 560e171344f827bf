layers.avgpool2d = {
    forward(layer, x, y) {
        for (let at = 0; at < y.length; at++) {
            const from = layers.avgpool2d.sees(layer, at).x;
            y[at] = div(from.reduce((sum, i) => add(sum, x[i]), 0), from.length);
        }
    },
    sees: (layer, at) => ({x: underChannel(layer, layer.window, at), says: 'meanOf'}),
};
