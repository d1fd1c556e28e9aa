# Decides where each R package comes from: what is installed serves if its version suffices, then Debian's
# built package, then CRAN's source. tools/install-dependencies calls `Rscript tools/dependencies.R` with
#   missing TIER [required]  packages of the tier that are missing or too old, one a line
#   unloadable TIER          required packages of the tier that do not load, one a line
#   plan TIER [WITHOUT ...]  lines "debian r-cran-x", "cran x", "system libx-dev", "lost x why";
#                            WITHOUT: r-cran-x (not from Debian), x (not at all)
#   install X Y Z            builds X, Y, Z from CRAN into the first writable library

demo_suggests <- c("ggplot2", "ggsurvfit", "knitr", "pharmaverseadam", "rmarkdown", "tinytable")
test_required <- c(demo_suggests, "testthat")
unspoken <- c(xfun = "0.51") # tinytable does not load beside an older one, and says so only under Suggests

# Debian packages that a build from CRAN's source needs beside a compiler.
system_needs <- list(
  curl = "libcurl4-openssl-dev", fs = "libuv1-dev", haven = "zlib1g-dev", openssl = "libssl-dev",
  ragg = c("libpng-dev", "libtiff5-dev", "libjpeg-dev", "libfreetype6-dev"), stringi = "libicu-dev",
  systemfonts = c("libfontconfig1-dev", "libfreetype6-dev"),
  textshaping = c("libharfbuzz-dev", "libfribidi-dev", "libfreetype6-dev"), xml2 = "libxml2-dev"
)

# What imports one of these breaks when that one alone becomes newer, and so comes from CRAN with it.
coupled <- c("ggplot2", "vctrs", "xfun")

base_packages <- c(
  "base", "compiler", "datasets", "graphics", "grDevices", "grid", "methods", "parallel", "splines", "stats",
  "stats4", "tcltk", "tools", "utils"
)

# "a (>= 1.0), b" as c(a = "1.0", b = "0")
requirements <- function(...) {
  fields <- c(...)
  parts <- trimws(unlist(strsplit(gsub("[\n\t]", " ", fields[!is.na(fields)]), ",")))
  parts <- parts[nzchar(parts)]
  version <- ifelse(grepl(">", parts), gsub(".*>=?|[ )]", "", parts), "0")
  names(version) <- sub("[ (].*", "", parts)
  version[!names(version) %in% c("R", base_packages)]
}

newer <- function(version, than) !is.na(version) && numeric_version(version) > numeric_version(than)
at_least <- function(version, minimum) !is.na(version) && numeric_version(version) >= numeric_version(minimum)
lookup <- function(table, name, column) if (name %in% rownames(table)) table[name, column] else NA_character_

# the packages of a tier with their minimum versions; the optional ones may stay absent
tier_packages <- function(tier) {
  own <- as.list(read.dcf("DESCRIPTION")[1, ])
  hard <- requirements(own$Imports, own$LinkingTo)
  suggests <- c(requirements(own$Suggests), unspoken)
  demo_suggests <- c(demo_suggests, names(unspoken))
  test_required <- c(test_required, names(unspoken))
  switch(tier,
    demo = list(required = c(hard, suggests[demo_suggests]), optional = character()),
    test = list(
      required = c(hard, suggests[test_required], roxygen2 = "0"),
      optional = suggests[setdiff(names(suggests), test_required)]
    ),
    check = list(required = c(hard, requirements(own[["Config/Needs/check"]])), optional = character()),
    peers = list(required = hard, optional = requirements(own[["Config/Needs/peers"]])),
    stop("the tier is demo, test, check or peers", call. = FALSE)
  )
}

installed_now <- function() {
  all <- utils::installed.packages(noCache = TRUE)
  all[!duplicated(all[, "Package"]), , drop = FALSE]
}

# packages of `wanted` that are missing, too old, or stand on something that is
unsatisfied <- function(wanted, installed) {
  sound <- list()
  satisfied <- function(name, minimum) {
    if (!at_least(lookup(installed, name, "Version"), minimum)) {
      return(FALSE)
    }
    if (is.null(sound[[name]])) {
      sound[[name]] <<- TRUE
      needs <- requirements(installed[name, c("Depends", "Imports")])
      sound[[name]] <<- all(as.logical(mapply(satisfied, names(needs), needs)))
    }
    sound[[name]]
  }
  names(wanted)[!as.logical(mapply(satisfied, names(wanted), wanted))]
}

# Debian's candidate versions of the R packages called `names`: NA where there is none, or where R is not
# Debian's
debian_versions <- function(names) {
  ask <- function(command, arguments) {
    if (!nzchar(Sys.which(command))) {
      return(character())
    }
    suppressWarnings(system2(command, arguments, stdout = TRUE, stderr = FALSE))
  }
  version <- stats::setNames(rep(NA_character_, length(names)), names)
  if (!length(names) || !length(ask("dpkg", c("-S", file.path(R.home("bin"), "R"))))) {
    return(version)
  }
  lines <- ask("apt-cache", c("policy", paste0("r-cran-", tolower(names))))
  candidate <- sub(".*: ", "", grep("^ *Candidate:", lines, value = TRUE))
  names(candidate) <- sub(":$", "", grep("^r-cran", lines, value = TRUE))
  candidate <- sub("[+~].*", "", sub("-[^-]*$", "", sub("^[0-9]+:", "", candidate)))
  candidate[!grepl("^[0-9]+([.-][0-9]+)+$", candidate)] <- NA
  version[] <- candidate[paste0("r-cran-", tolower(names))]
  version
}

# Follows every need from the wanted packages down. A package that turns from Debian's to CRAN's brings new
# needs and higher minimum versions, so passes repeat until nothing changes. `without`: see the head of this
# file.
resolve <- function(wanted, installed, cran, without) {
  minimum <- wanted
  debian <- character()
  only_cran <- character()
  repeat {
    before <- list(minimum, only_cran)
    debian <- c(debian, debian_versions(setdiff(names(minimum), names(debian))))
    debian[paste0("r-cran-", tolower(names(debian))) %in% without] <- NA
    source <- vapply(names(minimum), function(name) {
      if (at_least(lookup(installed, name, "Version"), minimum[[name]]) && !name %in% only_cran) {
        "installed"
      } else if (name %in% without) {
        "lost"
      } else if (at_least(debian[[name]], minimum[[name]]) && !name %in% only_cran) {
        "debian"
      } else if (at_least(lookup(cran, name, "Version"), minimum[[name]])) {
        "cran"
      } else {
        "lost"
      }
    }, "")
    for (name in names(source)) {
      needs <- switch(source[[name]],
        cran = requirements(cran[name, c("Depends", "Imports", "LinkingTo")]),
        installed = requirements(installed[name, c("Depends", "Imports")])
      )
      for (need in names(needs)) {
        known <- need %in% names(minimum)
        if (!known || newer(needs[[need]], minimum[[need]])) minimum[[need]] <- needs[[need]]
      }
    }
    version <- ifelse(source == "cran", cran[match(names(source), rownames(cran)), "Version"],
      ifelse(source == "debian", debian[names(source)],
        installed[match(names(source), rownames(installed)), "Version"]
      )
    )
    names(version) <- names(source)
    for (pivot in intersect(coupled, names(source)[source != "lost"])) {
      if (is.na(debian[[pivot]]) || !newer(version[[pivot]], debian[[pivot]])) next
      for (name in names(source)[source %in% c("debian", "installed")]) {
        imports <- names(requirements(lookup(cran, name, "Imports"), lookup(cran, name, "Depends")))
        if (pivot %in% imports && at_least(debian[[name]], version[[name]])) {
          only_cran <- union(only_cran, name)
        }
      }
    }
    if (identical(before, list(minimum, only_cran))) {
      return(source)
    }
  }
}

# the lost packages that `name` would have to stand on
lost_below <- function(name, source, cran) {
  seen <- character()
  queue <- name
  while (length(queue)) {
    now <- queue[[1]]
    queue <- queue[-1]
    if (now %in% seen) next
    seen <- c(seen, now)
    if (source[now] %in% c("cran", "lost")) {
      queue <- c(queue, intersect(names(requirements(
        lookup(cran, now, "Depends"), lookup(cran, now, "Imports"),
        lookup(cran, now, "LinkingTo")
      )), names(source)))
    }
  }
  seen[source[seen] == "lost"]
}

write_plan <- function(tier, without) {
  set_mirror()
  installed <- installed_now()
  cran <- utils::available.packages()
  packages <- tier_packages(tier)
  wanted <- c(packages$required, packages$optional)
  repeat {
    source <- resolve(wanted, installed, cran, without)
    lost <- lapply(stats::setNames(nm = names(packages$optional)), lost_below, source, cran)
    lost <- lost[lengths(lost) > 0 & names(lost) %in% names(wanted)]
    for (name in names(lost)) cat("lost", name, "needs", lost[[name]], "\n")
    if (!length(lost)) break
    wanted <- wanted[!names(wanted) %in% names(lost)]
  }
  for (name in names(source)) {
    if (source[[name]] == "debian") cat("debian ", "r-cran-", tolower(name), "\n", sep = "")
    if (source[[name]] == "cran") {
      cat("cran ", name, "\n", sep = "")
      cat(paste0("system ", system_needs[[name]], "\n", recycle0 = TRUE), sep = "")
    }
    if (source[[name]] == "lost") cat("lost", name, "\n")
  }
}

set_mirror <- function() {
  if (!isTRUE(nzchar(getOption("repos")["CRAN"])) || getOption("repos")[["CRAN"]] == "@CRAN@") {
    utils::chooseCRANmirror(ind = 1)
  }
}

# the first library that can be written, else the user's own, made for the purpose
install <- function(names) {
  set_mirror()
  writable <- .libPaths()[file.access(.libPaths(), 2) == 0]
  own <- path.expand(strsplit(Sys.getenv("R_LIBS_USER"), ":")[[1]][[1]])
  library <- if (length(writable)) writable[[1]] else own
  dir.create(library, recursive = TRUE, showWarnings = FALSE)
  .libPaths(c(library, .libPaths()))
  utils::install.packages(names, lib = library, dependencies = FALSE, Ncpus = 2, type = "source")
}

loads <- function(name) is.environment(tryCatch(loadNamespace(name), error = message))

main <- function(arguments) {
  rest <- arguments[-1]
  switch(arguments[[1]],
    missing = {
      packages <- tier_packages(rest[[1]])
      if ("required" %in% rest) packages$optional <- NULL
      writeLines(unsatisfied(c(packages$required, packages$optional), installed_now()))
    },
    unloadable = writeLines(Filter(function(name) !loads(name), names(tier_packages(rest[[1]])$required))),
    plan = write_plan(rest[[1]], rest[-1]),
    install = install(rest)
  )
}

options(warn = 1)
main(commandArgs(TRUE))
