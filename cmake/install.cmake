# make install: the program with its manual page; the library with its header, and what CMake and pkg-config need to
# find it, with paths relative to their own place, so that the folder can move.
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/cnn)

install(TARGETS cnn RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES docs/cnn.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)
install(DIRECTORY docs/licenses DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Completion for the shells, written by the program itself; where it cannot run here, there is none.
if(NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR)
  set(completions "")
  foreach(shell bash zsh fish)
    set(file ${PROJECT_BINARY_DIR}/completion/${shell})
    add_custom_command(OUTPUT ${file} COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/completion
      COMMAND cnn completion ${shell} > ${file} DEPENDS cnn VERBATIM)
    list(APPEND completions ${file})
  endforeach()
  add_custom_target(completion ALL DEPENDS ${completions})
  install(FILES ${PROJECT_BINARY_DIR}/completion/bash RENAME cnn DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${PROJECT_BINARY_DIR}/completion/zsh RENAME _cnn DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${PROJECT_BINARY_DIR}/completion/fish RENAME cnn.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

install(FILES include/cnn.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS cnn_shared EXPORT cnn-shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS cnn_static EXPORT cnn-static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

list(JOIN CNN_MODULES " " CNN_PC_MODULES)
configure_package_config_file(cmake/cnn-config.cmake.in cnn-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(cnn-config-version.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT cnn-shared NAMESPACE cnn:: DESTINATION ${package})
install(EXPORT cnn-static NAMESPACE cnn:: DESTINATION ${package})
install(FILES ${PROJECT_BINARY_DIR}/cnn-config.cmake ${PROJECT_BINARY_DIR}/cnn-config-version.cmake DESTINATION ${package})

file(RELATIVE_PATH CNN_PC_PREFIX "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
list(TRANSFORM CNN_OPENMP_NAMES PREPEND -l REGEX "^[^-]" OUTPUT_VARIABLE CNN_PC_LIBS)
list(JOIN CNN_PC_LIBS " " CNN_PC_LIBS)
configure_file(cmake/cnn.pc.in cnn.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cnn.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
