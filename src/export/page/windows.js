/* Windows that slide over a feature map, as src/kernels/kernels.h has them. */

/* Of window (i, j) the rows and columns that lie inside the map: [top, bottom, left, right), counted within it. */
function inside(layer, size, i, j) {
    const range = (o, axis) => {
        const start = o * layer.stride[axis], before = layer.padding[axis], end = layer.in[axis] + before - start;
        return [Math.max(before - start, 0), Math.min(end, size[axis])];
    };
    return [...range(i, 0), ...range(j, 1)];
}

/* What lies under window number `place`, row by row, channels innermost: places in the map, and which tap of the window
 * is on each. */
function under(layer, size, place) {
    const [, width, channels] = layer.in, columns = layer.out[1];
    const i = Math.floor(place / columns), j = place % columns, x = [], tap = [];
    const [top, bottom, left, right] = inside(layer, size, i, j);
    for (let h = top; h < bottom; h++)
        for (let w = left; w < right; w++)
            for (let c = 0; c < channels; c++) {
                const row = i * layer.stride[0] - layer.padding[0] + h, column = j * layer.stride[1] - layer.padding[1] + w;
                x.push((row * width + column) * channels + c);
                tap.push((h * size[1] + w) * channels + c);
            }
    return {x, tap};
}

/* The same in one channel: what number `at` of a pooling layer looks at. */
function underChannel(layer, size, at) {
    const channels = layer.in[2];
    return under(layer, size, Math.floor(at / channels)).x.filter((i) => i % channels === at % channels);
}

/* The running maximum: the first of equal ones; a NaN comes through. */
const larger = (most, value) => (value !== value || most < value ? value : most);
