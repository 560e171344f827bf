/* conv2d, dense and the bias gradient: every set of kernels against the double reference, and all sets
 * against the first one to the bit; on buffers that end at a guard page. */
#include "kernels/support.h"

enum { N_BLOCKS = 3, GAP = 2 * LANES }; /* blocks lie further apart than they are long */

struct layer {
    bool dense;
    struct conv2d_shape c;
    struct dense_shape d;
    size_t n_x, n_z, n_w, n_b, positions;
};

static struct layer conv2d_layer(struct conv2d_shape s, bool same)
{
    s = conv2d_place(s, same);
    size_t positions = s.out_h * s.out_w;
    return (struct layer){.c = s,
                          .n_x = s.in_h * s.in_w * s.in_c,
                          .n_z = positions * s.filters,
                          .n_w = s.kernel_h * s.kernel_w * s.in_c * s.filters,
                          .n_b = s.filters,
                          .positions = positions};
}

static struct layer dense_layer(struct dense_shape s)
{
    return (struct layer){
        .dense = true, .d = s, .n_x = s.in, .n_z = s.out, .n_w = s.in * s.out, .n_b = s.out, .positions = 1};
}

/* All that goes in and comes out, guarded. */
struct buffers {
    struct guarded held[10];
    float *x, *w, *b, *dz, *y, *d, *dx, *dzt, *dw, *db;
};

static struct buffers buffers_make(const struct layer *l)
{
    struct buffers m;
    size_t blocks = N_BLOCKS - 1, x_stride = l->n_x * LANES + GAP, z_stride = l->n_z * LANES + GAP;
    m.x = guarded_floats(&m.held[0], blocks * x_stride + l->n_x * LANES);
    m.w = guarded_floats(&m.held[1], l->n_w);
    m.b = guarded_floats(&m.held[2], l->n_b);
    m.dz = guarded_floats(&m.held[3], blocks * z_stride + l->n_z * LANES);
    m.y = guarded_floats(&m.held[4], l->n_z * LANES);
    m.d = guarded_floats(&m.held[5], l->n_z * LANES);
    m.dx = guarded_floats(&m.held[6], l->n_x * LANES);
    m.dzt = guarded_floats(&m.held[7], N_BLOCKS * LANES * whole_lanes(l->n_z));
    m.dw = guarded_floats(&m.held[8], l->n_w);
    m.db = guarded_floats(&m.held[9], l->n_b);
    return m;
}

static void buffers_free(struct buffers *m)
{
    for (size_t i = 0; i < 10; i++)
        guarded_free(m->held[i]);
}

static void fill_slope(const struct layer *l, float *dx)
{
    for (size_t i = 0; i < l->n_x * LANES; i++)
        dx[i] = (float)(i % 3) - 1;
}

static void fill_inputs(struct random *random, enum fill fill, const struct layer *l, struct buffers *m)
{
    fill_floats(random, fill, m->x,
                m->held[0].map_bytes ? (N_BLOCKS - 1) * (l->n_x * LANES + GAP) + l->n_x * LANES : 0);
    fill_floats(random, fill, m->w, l->n_w);
    fill_floats(random, fill, m->b, l->n_b);
    fill_floats(random, fill, m->dz, (N_BLOCKS - 1) * (l->n_z * LANES + GAP) + l->n_z * LANES);
    fill_slope(l, m->dx);
}

/* x with its padding around it, as the kernel wants it. */
static void conv2d_gradient(const struct kernels *k, const struct conv2d_shape *s, const float *x,
                            const float *dz, float *dw)
{
    const struct conv2d_shape padded = conv2d_padded(*s);
    const size_t column = s->in_c * LANES;
    struct guarded held;
    float *to = guarded_floats(&held, padded.in_h * padded.in_w * column);
    memset(to, 0, padded.in_h * padded.in_w * column * sizeof *to);
    for (size_t i = 0; i < s->in_h; i++)
        memcpy(to + ((i + s->top) * padded.in_w + s->left) * column, x + i * s->in_w * column,
               s->in_w * column * sizeof *to);
    for (size_t i = 0; i < PARTS; i++)
        k->conv2d_gradient(&padded, part_of(s->kernel_h * s->kernel_w * s->in_c, i), to, dz, dw);
    guarded_free(held);
}

/* The gradients by w (of a convolution) and bias, block by block, and their sums. */
static void run_blocks(const struct kernels *k, const struct layer *l, struct buffers *m)
{
    struct guarded held_dw, held_db;
    float *dw = guarded_floats(&held_dw, l->n_w), *db = guarded_floats(&held_db, l->n_b);
    memset(m->dw, 0, l->n_w * sizeof *dw);
    memset(m->db, 0, l->n_b * sizeof *db);
    for (size_t i = 0; i < N_BLOCKS; i++) {
        const float *x = m->x + i * (l->n_x * LANES + GAP), *dz = m->dz + i * (l->n_z * LANES + GAP);
        k->bias_gradient(l->positions, l->n_b, dz, db);
        for (size_t j = 0; j < l->n_b; j++)
            m->db[j] += db[j];
        if (l->dense)
            continue;
        conv2d_gradient(k, &l->c, x, dz, dw);
        for (size_t j = 0; j < l->n_w; j++)
            m->dw[j] += dw[j];
    }
    guarded_free(held_dw);
    guarded_free(held_db);
}

static void run_conv2d(const struct kernels *k, const struct layer *l, struct buffers *m)
{
    const struct conv2d_shape *s = &l->c;
    for (size_t i = 0; i < PARTS; i++) {
        k->conv2d_forward(s, part_of(s->out_h, i), ACTIVATION_linear, m->x, m->w, m->b, m->y, m->d);
        k->conv2d_backward(s, part_of(s->in_h, i), m->dz, m->w, m->dx);
    }
    run_blocks(k, l, m);
}

static void run_dense(const struct kernels *k, const struct layer *l, struct buffers *m)
{
    const struct dense_shape *s = &l->d;
    size_t x_stride = l->n_x * LANES + GAP, z_stride = l->n_z * LANES + GAP, padded = whole_lanes(s->out);
    k->dense_forward(s, ACTIVATION_linear, m->x, m->w, m->b, m->y, m->d);
    k->dense_backward(s, 1, m->dz, 0, m->w, m->dx, 0);
    run_blocks(k, l, m);
    for (size_t i = 0; i < N_BLOCKS; i++)
        k->dense_transpose(s->out, m->dz + i * z_stride, m->dzt + i * LANES * padded);
    for (size_t row = 0; row < s->in; row += DENSE_SLICE_ROWS) {
        size_t n = s->in - row < DENSE_SLICE_ROWS ? s->in - row : DENSE_SLICE_ROWS;
        k->dense_gradient(s, N_BLOCKS, m->x, x_stride, m->dzt, row, n, m->dw + row * s->out);
    }
}

static void run(const struct kernels *k, const struct layer *l, struct buffers *m)
{
    (l->dense ? run_dense : run_conv2d)(k, l, m);
}

static void reference_forward(const struct layer *l, const double *x, const double *w, const double *b,
                              double *z)
{
    if (l->dense)
        reference_dense_forward(&l->d, x, w, b, z);
    else
        reference_conv2d_forward(&l->c, x, w, b, z);
}

static void reference_backward(const struct layer *l, const double *dz, const double *w, double *dx)
{
    if (l->dense)
        reference_dense_backward(&l->d, dz, w, dx);
    else
        reference_conv2d_backward(&l->c, dz, w, dx);
}

static void reference_gradient(const struct layer *l, const double *x, const double *dz, double *dw,
                               double *db)
{
    if (l->dense)
        reference_dense_gradient(&l->d, x, dz, dw, db);
    else
        reference_conv2d_gradient(&l->c, x, dz, dw, db);
}

/* The size of a sum is the same sum over absolute values. */
static void check_forward(const struct layer *l, const struct buffers *m)
{
    double *w = doubles_of(m->w, l->n_w), *b = doubles_of(m->b, l->n_b), *x = doubles(l->n_x);
    double *abs_w = absolute(w, l->n_w), *abs_b = absolute(b, l->n_b), *z = doubles(l->n_z),
           *size = doubles(l->n_z);
    for (size_t lane = 0; lane < LANES; lane++) {
        take_lane(m->x, l->n_x, lane, x);
        reference_forward(l, x, w, b, z);
        double *abs_x = absolute(x, l->n_x);
        reference_forward(l, abs_x, abs_w, abs_b, size);
        free(abs_x);
        for (size_t i = 0; i < l->n_z; i++) {
            assert_sum(m->y[i * LANES + lane], z[i], size[i], l->n_w / l->n_b + 1);
            assert_true(m->d[i * LANES + lane] == 1);
        }
    }
    double *all[] = {w, b, x, abs_w, abs_b, z, size};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void check_backward(const struct layer *l, const struct buffers *m)
{
    double *w = doubles_of(m->w, l->n_w), *abs_w = absolute(w, l->n_w), *dz = doubles(l->n_z);
    double *dx = doubles(l->n_x), *size = doubles(l->n_x);
    for (size_t lane = 0; lane < LANES; lane++) {
        take_lane(m->dz, l->n_z, lane, dz);
        reference_backward(l, dz, w, dx);
        double *abs_dz = absolute(dz, l->n_z);
        reference_backward(l, abs_dz, abs_w, size);
        free(abs_dz);
        for (size_t i = 0; i < l->n_x; i++) {
            double slope = (double)((i * LANES + lane) % 3) - 1;
            assert_sum(m->dx[i * LANES + lane], dx[i] * slope, size[i], l->n_w);
        }
    }
    double *all[] = {w, abs_w, dz, dx, size};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void check_gradient(const struct layer *l, const struct buffers *m)
{
    double *x = doubles(l->n_x), *dz = doubles(l->n_z), *dw = doubles(l->n_w), *db = doubles(l->n_b);
    double *size_w = doubles(l->n_w), *size_b = doubles(l->n_b);
    for (size_t i = 0; i < N_BLOCKS * LANES; i++) {
        take_lane(m->x + i / LANES * (l->n_x * LANES + GAP), l->n_x, i % LANES, x);
        take_lane(m->dz + i / LANES * (l->n_z * LANES + GAP), l->n_z, i % LANES, dz);
        reference_gradient(l, x, dz, dw, db);
        double *abs_x = absolute(x, l->n_x), *abs_dz = absolute(dz, l->n_z);
        reference_gradient(l, abs_x, abs_dz, size_w, size_b);
        free(abs_x);
        free(abs_dz);
    }
    size_t terms = l->positions * N_BLOCKS * LANES;
    for (size_t i = 0; i < l->n_w; i++)
        assert_sum(m->dw[i], dw[i], size_w[i], terms);
    for (size_t i = 0; i < l->n_b; i++)
        assert_sum(m->db[i], db[i], size_b[i], terms);
    double *all[] = {x, dz, dw, db, size_w, size_b};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void assert_same(const char *set, const char *what, const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(a + i, b + i, sizeof *a) != 0)
            fail_msg("%s: %s[%zu] is %a, %s has %a", set, what, i, (double)a[i], kernels_available(0)->name,
                     (double)b[i]);
}

static void check_layer(struct layer l)
{
    for (enum fill fill = 0; fill < N_FILLS; fill++) {
        struct buffers first = buffers_make(&l);
        struct random random = random_stream(l.n_w, fill);
        fill_inputs(&random, fill, &l, &first);
        run(kernels_available(0), &l, &first);
        check_forward(&l, &first);
        check_backward(&l, &first);
        check_gradient(&l, &first);
        for (size_t i = 1; kernels_available(i); i++) {
            const char *name = kernels_available(i)->name;
            struct buffers other = buffers_make(&l);
            random = random_stream(l.n_w, fill);
            fill_inputs(&random, fill, &l, &other);
            run(kernels_available(i), &l, &other);
            assert_same(name, "y", other.y, first.y, l.n_z * LANES);
            assert_same(name, "d", other.d, first.d, l.n_z * LANES);
            assert_same(name, "dx", other.dx, first.dx, l.n_x * LANES);
            assert_same(name, "dw", other.dw, first.dw, l.n_w);
            assert_same(name, "db", other.db, first.db, l.n_b);
            buffers_free(&other);
        }
        buffers_free(&first);
    }
}

static void test_conv2d(void **state)
{
    (void)state;
    static const size_t shapes[][6] = {
        {1, 1, 1, 1, 1, 1},   {28, 28, 1, 5, 5, 3}, {24, 24, 3, 5, 5, 6}, {5, 5, 1, 5, 5, 4},
        {7, 6, 2, 7, 6, 17},  {9, 4, 3, 1, 1, 5},   {4, 9, 5, 3, 2, 8},   {6, 7, 1, 2, 5, 1},
        {5, 13, 8, 3, 3, 32}, {3, 20, 4, 1, 4, 7},  {8, 5, 6, 4, 3, 2},   {5, 5, 17, 3, 3, 10},
        {4, 12, 1, 4, 1, 16}, {7, 7, 9, 4, 4, 11},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int same = 0; same < 2; same++)
            check_layer(conv2d_layer((struct conv2d_shape){.in_h = shapes[i][0],
                                                           .in_w = shapes[i][1],
                                                           .in_c = shapes[i][2],
                                                           .kernel_h = shapes[i][3],
                                                           .kernel_w = shapes[i][4],
                                                           .filters = shapes[i][5],
                                                           .stride_h = 1,
                                                           .stride_w = 1},
                                     same));
}

/* Strides, longer than the kernel too, that leave a rest or none, with an even padding or an odd one. */
static void test_conv2d_strides(void **state)
{
    (void)state;
    for (size_t code = 0; code < 3 * 3 * 4 * 4 * 2; code++) {
        const struct conv2d_shape s = {.in_h = 5 + code % 4,
                                       .in_w = 5 + code % 3,
                                       .in_c = 1 + code % 2,
                                       .kernel_h = code / 9 % 4 + 1,
                                       .kernel_w = code / 36 % 4 + 1,
                                       .filters = 1 + code % 5,
                                       .stride_h = code % 3 + 1,
                                       .stride_w = code / 3 % 3 + 1};
        check_layer(conv2d_layer(s, code / 144));
    }
}

static void test_dense(void **state)
{
    (void)state;
    static const struct dense_shape shapes[] = {
        {1, 1},  {240, 84}, {84, 10},  {7, 17},  {30, 97},   {5, 1},
        {1, 16}, {100, 3},  {13, 128}, {3, 300}, {171, 130}, {400, 41},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_layer(dense_layer(shapes[i]));
}

/* Rows of a gradient may be asked for in any grouping. */
static void test_slices(void **state)
{
    (void)state;
    struct layer l = dense_layer((struct dense_shape){11, 21});
    struct buffers m = buffers_make(&l);
    struct random random = random_stream(1, 1);
    fill_inputs(&random, FILL_ORDINARY, &l, &m);
    for (size_t i = 0; kernels_available(i); i++) {
        const struct kernels *k = kernels_available(i);
        run(k, &l, &m);
        for (size_t row = 0; row < l.d.in; row++) {
            float alone[21];
            k->dense_gradient(&l.d, N_BLOCKS, m.x, l.n_x * LANES + GAP, m.dzt, row, 1, alone);
            assert_same(k->name, "dw", alone, m.dw + row * 21, 21);
        }
    }
    buffers_free(&m);
}

/* A large layer's sum made in shards is the whole one, to the bit. */
static void check_shards(const struct kernels *k, struct dense_shape s, size_t n_shards)
{
    struct layer l = dense_layer(s);
    struct buffers m = buffers_make(&l);
    struct random random = random_stream(2, s.in);
    fill_inputs(&random, FILL_ORDINARY, &l, &m);
    k->dense_forward(&s, ACTIVATION_tanh, m.x, m.w, m.b, m.y, m.d);
    assert_int_equal(dense_shards(&s), n_shards);
    const size_t n = s.out * LANES;
    struct guarded held[3];
    float *sums = guarded_floats(&held[0], n_shards * n);
    float *y = guarded_floats(&held[1], n), *d = guarded_floats(&held[2], n);
    for (size_t shard = n_shards; shard-- > 0;)
        k->dense_shard_sum(&s, shard, 1, m.x, 0, m.w, sums + shard * n, 0);
    k->dense_finish(&s, ACTIVATION_tanh, sums, m.b, y, d);
    assert_same(k->name, "y", y, m.y, n);
    assert_same(k->name, "d", d, m.d, n);
    for (size_t i = 0; i < 3; i++)
        guarded_free(held[i]);
    buffers_free(&m);
}

/* What several blocks get at once is what each gets alone, to the bit. */
static void check_dense_blocks(const struct kernels *k, struct dense_shape s)
{
    struct layer l = dense_layer(s);
    struct buffers m = buffers_make(&l);
    struct random random = random_stream(3, s.in);
    fill_inputs(&random, FILL_ORDINARY, &l, &m);
    const size_t x_stride = l.n_x * LANES + GAP, z_stride = l.n_z * LANES + GAP, n = s.out * LANES,
                 last = dense_shards(&s) - 1;
    struct guarded held[3];
    float *alone = guarded_floats(&held[0], N_BLOCKS * n), *together = guarded_floats(&held[1], N_BLOCKS * n);
    float *dx = guarded_floats(&held[2], (N_BLOCKS - 1) * x_stride + l.n_x * LANES);
    for (size_t i = 0; i < N_BLOCKS; i++)
        memcpy(dx + i * x_stride, m.dx, l.n_x * LANES * sizeof *dx);
    k->dense_shard_sum(&s, last, N_BLOCKS, m.x, x_stride, m.w, together, n);
    k->dense_backward(&s, N_BLOCKS, m.dz, z_stride, m.w, dx, x_stride);
    for (size_t i = 0; i < N_BLOCKS; i++) {
        fill_slope(&l, m.dx);
        k->dense_backward(&s, 1, m.dz + i * z_stride, 0, m.w, m.dx, 0);
        assert_same(k->name, "dx of several blocks", dx + i * x_stride, m.dx, l.n_x * LANES);
        k->dense_shard_sum(&s, last, 1, m.x + i * x_stride, 0, m.w, alone + i * n, 0);
    }
    assert_same(k->name, "sums of several blocks", together, alone, N_BLOCKS * n);
    for (size_t i = 0; i < 3; i++)
        guarded_free(held[i]);
    buffers_free(&m);
}

static void test_dense_blocks(void **state)
{
    (void)state;
    for (size_t i = 0; kernels_available(i); i++) {
        check_dense_blocks(kernels_available(i), (struct dense_shape){171, 130});
        check_dense_blocks(kernels_available(i), (struct dense_shape){47, 23});
    }
}

static void test_shards(void **state)
{
    (void)state;
    for (size_t i = 0; kernels_available(i); i++) {
        check_shards(kernels_available(i), (struct dense_shape){400, 41}, 16);
        check_shards(kernels_available(i), (struct dense_shape){171, 130}, 8);
    }
    assert_int_equal(dense_shards(&(struct dense_shape){20, 900}), 1);
    assert_int_equal(dense_shards(&(struct dense_shape){1000, 16}), 1);
}

/* The gradient and the update in one are the two in turn, to the bit. */
static void check_gradient_update(const struct kernels *k, enum optimizer o, struct dense_shape s,
                                  size_t n_blocks)
{
    const struct update u = {0.001F, 0.9F, 0.999F, 1e-7F, false, true, 0.001F};
    const size_t n = s.in * s.out, x_stride = s.in * LANES + GAP;
    struct guarded held[10];
    float *x = guarded_floats(&held[0], (n_blocks - 1) * x_stride + s.in * LANES);
    float *dzt = guarded_floats(&held[1], n_blocks * LANES * whole_lanes(s.out)), *at[2][4];
    struct random random = random_stream(8, n);
    fill_floats(&random, FILL_ORDINARY, x, (n_blocks - 1) * x_stride + s.in * LANES);
    fill_floats(&random, FILL_ORDINARY, dzt, n_blocks * LANES * whole_lanes(s.out));
    for (size_t i = 0; i < 8; i++)
        at[i / 4][i % 4] = guarded_floats(&held[2 + i], n);
    fill_floats(&random, FILL_ORDINARY, at[0][1], n);
    memset(at[0][2], 0, n * sizeof(float));
    memset(at[0][3], 0, n * sizeof(float));
    for (size_t i = 1; i < 4; i++)
        memcpy(at[1][i], at[0][i], n * sizeof(float));
    for (size_t row = 0, rows; row < s.in; row += rows) {
        rows = s.in - row < DENSE_SLICE_ROWS ? s.in - row : DENSE_SLICE_ROWS;
        float *p[2][4];
        for (size_t i = 0; i < 8; i++)
            p[i / 4][i % 4] = at[i / 4][i % 4] + row * s.out;
        k->dense_gradient(&s, n_blocks, x, x_stride, dzt, row, rows, p[0][0]);
        k->update[o](&u, rows * s.out, p[0][0], p[0][1], p[0][2], p[0][3]);
        k->dense_gradient_update[o](&s, n_blocks, x, x_stride, dzt, row, rows, p[1][0], &u, p[1][1], p[1][2],
                                    p[1][3]);
    }
    for (size_t i = 0; i < 4; i++)
        assert_same(k->name, "gradient, w or slot", at[1][i], at[0][i], n);
    for (size_t i = 0; i < 10; i++)
        guarded_free(held[i]);
}

static void test_gradient_update(void **state)
{
    (void)state;
    static const struct dense_shape shapes[] = {{1, 1},   {50, 84}, {84, 10}, {7, 17},
                                                {30, 97}, {5, 3},   {4, 300}};
    for (size_t i = 0; kernels_available(i); i++)
        for (enum optimizer o = 0; o < N_OPTIMIZERS; o++)
            for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
                for (size_t n_blocks = 1; n_blocks < 4; n_blocks++)
                    check_gradient_update(kernels_available(i), o, shapes[s], n_blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv2d),          cmocka_unit_test(test_conv2d_strides),
        cmocka_unit_test(test_dense),           cmocka_unit_test(test_slices),
        cmocka_unit_test(test_shards),          cmocka_unit_test(test_dense_blocks),
        cmocka_unit_test(test_gradient_update),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
