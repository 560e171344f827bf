# One file an instruction set, each with its own flags; what the compiler or the processor lacks is left out.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set_source_files_properties(src/kernels/isa_avx2.c PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma")
  set_source_files_properties(src/kernels/isa_avx512.c PROPERTIES COMPILE_OPTIONS
    "-mavx512f;-mavx512bw;-mavx512dq;-mavx512vl;-mfma;-mprefer-vector-width=512")
endif()
# A pointer that leads astray is found by the address sanitizer; a second check of each makes the kernels several times
# slower, and takes the compiler as long again. The stack on which that sanitizer keeps what a function leaves is not
# aligned for vectors of AVX-512 (gcc 12), and no kernel gives away what lies on its stack.
if(CNN_SANITIZE MATCHES "address")
  file(GLOB KERNEL_SETS src/kernels/isa_*.c)
  set_property(SOURCE ${KERNEL_SETS} APPEND PROPERTY COMPILE_OPTIONS
    -fno-sanitize=null,alignment,object-size,pointer-overflow $<$<C_COMPILER_ID:GNU>:--param=asan-use-after-return=0>)
endif()
# The arithmetic sees no file and no text: a fuzzer has nothing to find there, and clang takes minutes over it.
if(CNN_FUZZ)
  file(GLOB KERNEL_SETS src/kernels/isa_*.c)
  set_property(SOURCE ${KERNEL_SETS} APPEND PROPERTY COMPILE_OPTIONS
    -fno-sanitize=all -fno-sanitize-coverage=trace-cmp,trace-pc-guard,inline-8bit-counters,pc-table,indirect-calls)
endif()
