# What distributions build with, so that a fault in reading a file is an end and not a way in: checked stack frames and
# buffers, a program at random addresses, tables of functions that are filled at the start and then read-only. Compilers
# and linkers that lack one of these go without it. A build for the debugger or under sanitizers has checks of its own.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

set(optimized $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
foreach(flag -fstack-protector-strong -fstack-clash-protection)
  string(MAKE_C_IDENTIFIER CNN_HAS${flag} has)
  check_c_compiler_flag(${flag} ${has})
  if(${has})
    target_compile_options(cnn_flags INTERFACE $<${optimized}:${flag}>)
  endif()
endforeach()
if(NOT CMAKE_C_FLAGS MATCHES "_FORTIFY_SOURCE") # a packager's own level stands
  target_compile_options(cnn_flags INTERFACE "$<${optimized}:SHELL:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>")
endif()
foreach(flag LINKER:-z,relro LINKER:-z,now)
  string(MAKE_C_IDENTIFIER CNN_HAS${flag} has)
  check_linker_flag(C ${flag} ${has})
  if(${has})
    target_link_options(cnn_flags INTERFACE $<${optimized}:${flag}>)
  endif()
endforeach()
