#[=======================================================================[.rst:
BluenoiseAssets
---------------

Builds blue-noise textures and dither shaders from YAML manifests as a part of a CMake project.
CMake 3.20 or later; the generators Ninja and Unix Makefiles are tested.

.. command:: bluenoise_assets_add

  ::

    bluenoise_assets_add(<target>
      MANIFEST <file>...
      [OUTPUT_DIRECTORY <dir>]
      [JOBS <n>]
      [ALWAYS]
      [EXCLUDE_FROM_ALL])

  Adds a target that builds what the manifests define, and a target ``<target>_check`` that builds nothing and
  fails if anything is stale, missing or changed by hand. The target is an INTERFACE library: what links to it is
  compiled after it and finds its headers, and shaders, by their names below the output folder::

    target_link_libraries(game PRIVATE noise)

  ``MANIFEST``
    Manifest files, relative to the current source directory.

  ``OUTPUT_DIRECTORY``
    Where the files go, in place of the manifests' own ``output``; relative to the current binary directory.
    Default: ``bluenoise/<target>``. Give the folder in your source tree, as an absolute path, if you commit what
    is built.

  ``JOBS``
    How many channels are optimised at once; default: the number of processors.

  ``ALWAYS``
    Runs the tool in every build, also where no input is newer than the outputs: a tenth of a second if there is
    nothing to do. The tool compares contents, so that it also repairs files changed by hand, which Make, comparing
    times, does not notice.

  ``EXCLUDE_FROM_ALL``
    The target is built only if it is asked for, or if something depends on it.

  The files are listed when CMake configures, and again whenever a manifest, a file that one includes, or the tool
  changes. The list is the target's property ``BLUENOISE_ASSETS_OUTPUTS``, absolute paths without the lock; the
  folder is its property ``BLUENOISE_ASSETS_OUTPUT_DIRECTORY``::

    get_target_property(textures noise BLUENOISE_ASSETS_OUTPUTS)
    add_custom_command(OUTPUT game.pak COMMAND pack ${textures} DEPENDS noise ${textures})

  In another directory than the one that calls ``bluenoise_assets_add``, and in a target of its own, such a command
  needs the dependency on the target, as here.

Variables
^^^^^^^^^

``BLUENOISE_ASSETS_COMMAND``
  How the tool is called, a list, for example ``/venv/bin/python;-m;bluenoise_assets``. If it is not set, it is
  the program ``bluenoise-assets`` or else a Python that has the module ``bluenoise_assets``, both of the machine that
  builds, also where a toolchain file sets ``CMAKE_FIND_ROOT_PATH_MODE_PROGRAM`` to ``ONLY``.
#]=======================================================================]

include_guard(GLOBAL)

# The policies of this file, whatever the project asks for: DEPFILE as in CMake 3.20 (CMP0116).
cmake_policy(VERSION 3.20...3.31)

set(BLUENOISE_ASSETS_COMMAND "" CACHE STRING "How bluenoise-assets is called, a list; empty: look for it")

function(bluenoise_assets_add target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ALWAYS;EXCLUDE_FROM_ALL" "OUTPUT_DIRECTORY;JOBS" "MANIFEST")
  set(where "bluenoise_assets_add(${target})")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${where}: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(DEFINED arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "${where}: nothing is given for ${arg_KEYWORDS_MISSING_VALUES}")
  endif()
  if(NOT DEFINED arg_MANIFEST)
    message(FATAL_ERROR "${where}: MANIFEST is missing")
  endif()
  set(options "")
  if(DEFINED arg_JOBS)
    list(APPEND options --jobs "${arg_JOBS}")
  endif()

  set(manifests "")
  foreach(manifest IN LISTS arg_MANIFEST)
    get_filename_component(manifest "${manifest}" ABSOLUTE)
    if(IS_DIRECTORY "${manifest}")
      message(FATAL_ERROR "${where}: ${manifest} is a folder; name its manifests, one by one")
    endif()
    list(APPEND manifests "${manifest}")
  endforeach()
  if(NOT DEFINED arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY "bluenoise/${target}")
  endif()
  get_filename_component(output "${arg_OUTPUT_DIRECTORY}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")

  _bluenoise_assets_find(tool)
  # Before anything can fail: CMake must run again when a broken manifest is mended.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${manifests})
  _bluenoise_assets_list(inputs "${where}" ${tool} build ${manifests} --list-inputs)
  _bluenoise_assets_list(outputs "${where}" ${tool} build ${manifests} --output "${output}" --list-outputs)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${inputs})
  if(outputs MATCHES "#")
    message(FATAL_ERROR "${where}: CMake takes no '#' in the path of an output; it is in the name of a texture or "
      "in the folder ${output}")
  endif()
  string(REPLACE "${CMAKE_BINARY_DIR}/" "" relative "${outputs}")
  if(CMAKE_GENERATOR MATCHES "Makefiles" AND relative MATCHES "%")
    message(FATAL_ERROR "${where}: Make takes '%' in the path of an output for a pattern; it is in the name of a "
      "texture or in the folder ${output}")
  endif()

  set(all "")
  if(arg_EXCLUDE_FROM_ALL)
    set(all EXCLUDE_FROM_ALL)
  endif()
  set(build ${tool} build ${manifests} --output "${output}" ${options})
  set(comment "Building blue noise: ${target}")
  if(arg_ALWAYS)
    add_custom_target(${target}_build
      COMMAND ${build} --quiet
      BYPRODUCTS ${outputs}
      COMMENT "${comment}"
      VERBATIM COMMAND_EXPAND_LISTS)
    add_library(${target} INTERFACE ${all} ${manifests})
    add_dependencies(${target} ${target}_build)
  else()
    # What else the step reads comes from a depfile with Ninja, unless a path has a character that CMake or Ninja
    # garbles in one, as CMake before 3.23 does with all that have rules without prerequisites; elsewhere from the list
    # made now. (With Makefiles CMake keeps what any depfile ever said: a file that is no longer included, once it is
    # deleted, would make the step run in every build.)
    if(CMAKE_GENERATOR MATCHES "Ninja" AND CMAKE_VERSION VERSION_GREATER_EQUAL 3.23
        AND NOT "${inputs};${outputs}" MATCHES "[\"#$&'*<>?^`|]")
      set(depfile "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.bluenoise.d")
      list(APPEND build --depfile "${depfile}")
      set(needed ${manifests} DEPFILE "${depfile}")
    else()
      set(needed ${inputs})
    endif()
    # Ninja looks at the outputs after the step: those not written leave alone what is made from them. The others
    # would run the step for ever if an output stayed older than a manifest.
    if(NOT CMAKE_GENERATOR MATCHES "Ninja")
      list(APPEND build --touch)
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND ${build}
      DEPENDS ${needed}
      COMMENT "${comment}"
      VERBATIM COMMAND_EXPAND_LISTS)
    add_library(${target} INTERFACE ${all} ${outputs})
  endif()
  target_include_directories(${target} INTERFACE "$<BUILD_INTERFACE:${output}>")
  set_target_properties(${target} PROPERTIES
    BLUENOISE_ASSETS_OUTPUTS "${outputs}"
    BLUENOISE_ASSETS_OUTPUT_DIRECTORY "${output}"
    ADDITIONAL_CLEAN_FILES "${output}/bluenoise.lock.json")

  add_custom_target(${target}_check
    COMMAND ${tool} check ${manifests} --output "${output}"
    COMMENT "Checking blue noise: ${target}"
    VERBATIM COMMAND_EXPAND_LISTS)
endfunction()

# Sets <variable> to the command line of the tool.
function(_bluenoise_assets_find variable)
  if(BLUENOISE_ASSETS_COMMAND)
    set(${variable} ${BLUENOISE_ASSETS_COMMAND} PARENT_SCOPE)
    return()
  endif()
  find_program(BLUENOISE_ASSETS_PROGRAM bluenoise-assets NO_CMAKE_FIND_ROOT_PATH DOC "The program bluenoise-assets")
  mark_as_advanced(BLUENOISE_ASSETS_PROGRAM)
  if(BLUENOISE_ASSETS_PROGRAM)
    set(${variable} "${BLUENOISE_ASSETS_PROGRAM}" PARENT_SCOPE)
    return()
  endif()
  find_program(BLUENOISE_ASSETS_PYTHON NAMES python3 python NO_CMAKE_FIND_ROOT_PATH
    DOC "A Python that may have bluenoise_assets")
  mark_as_advanced(BLUENOISE_ASSETS_PYTHON)
  foreach(python IN ITEMS "${Python_EXECUTABLE}" "${Python3_EXECUTABLE}" "${BLUENOISE_ASSETS_PYTHON}")
    if(python)
      execute_process(COMMAND "${python}" -m bluenoise_assets --version
        RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
      if(result EQUAL 0)
        set(${variable} "${python}" -m bluenoise_assets PARENT_SCOPE)
        return()
      endif()
    endif()
  endforeach()
  message(FATAL_ERROR "bluenoise-assets is not installed where CMake looks: install it with pip, activate the "
    "environment it is in, or pass -DBLUENOISE_ASSETS_COMMAND=<how to call it>")
endfunction()

# Runs a command and sets <variable> to the list of the lines it prints. If it fails, its own words come first: they
# have the form FILE:LINE:COLUMN that editors understand.
function(_bluenoise_assets_list variable where)
  execute_process(COMMAND ${ARGN}
    RESULT_VARIABLE result OUTPUT_VARIABLE lines ERROR_VARIABLE errors ENCODING UTF8)
  if(NOT result MATCHES "^[0-9]+$")
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${where}: ${command}: ${result}; is BLUENOISE_ASSETS_COMMAND right?")
  endif()
  if(NOT result EQUAL 0)
    message(NOTICE "${errors}")
    message(FATAL_ERROR "${where}: the manifests cannot be used; what is wrong stands above (${result})")
  endif()
  string(REGEX REPLACE "\n$" "" lines "${lines}")
  if(lines MATCHES "[][;]")
    message(FATAL_ERROR "${where}: CMake's lists cannot hold a file name with ';', '[' or ']'; these are:\n${lines}")
  endif()
  string(REPLACE "\n" ";" lines "${lines}")
  set(${variable} "${lines}" PARENT_SCOPE)
endfunction()
