/* The drawing area: pointer and keyboard. */
const pen = {x: 140, y: 140, down: false, erasing: false, last: null};

function paintDrawing() {
    const canvas = byId('drawing'), context = canvas.getContext('2d'), image = context.createImageData(SIDE, SIDE), {data} = image;
    const [paper, ink] = isDark() ? [24, 240] : [255, 20];
    const seen = byId('pad').hidden ? null : state.sample, cell = SIDE / DIGIT;
    for (let i = 0; i < SIDE * SIDE; i++) {
        const part = seen ? seen[Math.floor(i / SIDE / cell) * DIGIT + Math.floor(i % SIDE / cell)] / 255 : state.plane[i] ? 1 : 0;
        data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = paper + part * (ink - paper);
        data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    if (document.activeElement === canvas) {
        context.strokeStyle = pen.down ? '#d00' : '#08f';
        context.lineWidth = 3;
        context.strokeRect(pen.x - PEN, pen.y - PEN, 2 * PEN, 2 * PEN);
    }
    canvas.setAttribute('aria-label', say('drawing', byId('verdict').textContent, Math.round(pen.y / 10), Math.round(pen.x / 10), say(pen.down ? 'down' : 'up')));
}

function drawTo(point) {
    if (state.sample && pen.erasing) {
        eraseFromSample(point);
        return;
    }
    state.sample = null;
    drawStroke(state.plane, pen.last || point, point, pen.erasing ? 0 : 255);
    pen.last = point;
    [pen.x, pen.y] = point;
    follow(cleanDrawing(state.plane));
}

/* What happens where a part of an example is covered. */
function eraseFromSample(point) {
    const mask = newPlane(), cell = SIDE / DIGIT, middle = (i) => Math.floor((i + 0.5) * cell);
    drawStroke(mask, pen.last || point, point, 1);
    pen.last = point;
    [pen.x, pen.y] = point;
    state.sample = state.sample.map((byte, i) => (mask[middle(Math.floor(i / DIGIT)) * SIDE + middle(i % DIGIT)] ? 0 : byte));
    follow(state.sample.some((byte) => byte) ? state.sample : null);
}

function clearDrawing() {
    state.sample = null;
    state.plane = newPlane();
    pen.last = null;
    follow(null);
    speak();
}

function listenToDrawing() {
    const canvas = byId('drawing');
    const place = (event) => {
        const box = canvas.getBoundingClientRect();
        return [Math.round((event.clientX - box.left) / box.width * SIDE), Math.round((event.clientY - box.top) / box.height * SIDE)];
    };
    canvas.addEventListener('pointerdown', (event) => {
        canvas.setPointerCapture(event.pointerId);
        pen.last = null;
        state.stroke = event.pointerId;
        drawTo(place(event));
    });
    canvas.addEventListener('pointermove', (event) => state.stroke === event.pointerId && drawTo(place(event)));
    for (const end of ['pointerup', 'pointercancel'])
        canvas.addEventListener(end, () => {
            state.stroke = pen.last = null;
            speak();
        });
    canvas.addEventListener('focus', paintDrawing);
    canvas.addEventListener('blur', paintDrawing);
    canvas.addEventListener('keydown', drawingKey);
    byId('clear').addEventListener('click', clearDrawing);
    byId('eraser').addEventListener('click', () => {
        pen.erasing = !pen.erasing;
        byId('eraser').setAttribute('aria-pressed', pen.erasing);
    });
}

function drawingKey(event) {
    const step = {ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, -5], ArrowDown: [0, 5]}[event.key];
    const keep = (at) => Math.min(Math.max(at, 0), SIDE - 1);
    if (step) {
        const from = [pen.x, pen.y];
        [pen.x, pen.y] = [keep(pen.x + step[0]), keep(pen.y + step[1])];
        pen.last = from;
        if (pen.down)
            drawTo([pen.x, pen.y]);
    } else if (event.key === ' ') {
        pen.down = !pen.down;
        pen.last = null;
        if (pen.down)
            drawTo([pen.x, pen.y]);
        else
            speak();
    } else if (event.key === 'Delete') {
        clearDrawing();
    } else if (/^[0-9]$/.test(event.key) && state.network.samples[event.key]) {
        showSample(Number(event.key));
    } else {
        return;
    }
    event.preventDefault();
    paintDrawing();
}
