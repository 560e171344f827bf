layers.conv2d = {
    forward(layer, x, y) {
        const {in: [, width, channels], out: [rows, columns, filters], weights: {kernel, bias}} = layer;
        const [, kernelWidth] = layer.kernel;
        for (let i = 0, at = 0; i < rows; i++)
            for (let j = 0; j < columns; j++, at += filters) {
                const [top, bottom, left, right] = inside(layer, layer.kernel, i, j);
                const [y0, x0] = [i * layer.stride[0] - layer.padding[0], j * layer.stride[1] - layer.padding[1]];
                for (let f = 0; f < filters; f++)
                    y[at + f] = bias[f];
                for (let h = top; h < bottom; h++) {
                    let from = ((y0 + h) * width + x0 + left) * channels;
                    let w = (h * kernelWidth + left) * channels * filters;
                    for (const end = from + (right - left) * channels; from < end; from++)
                        for (let f = at; f < at + filters; f++, w++)
                            y[f] = fma(x[from], kernel[w], y[f]);
                }
            }
    },
    sees(layer, at) {
        const filters = layer.out[2], f = at % filters;
        const {x, tap} = under(layer, layer.kernel, Math.floor(at / filters));
        return {x, w: tap.map((k) => k * filters + f), parts: [0], bias: f};
    },
};
