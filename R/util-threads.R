# How many threads a kernel may use. Results have the same bits for any number, so this only sets the speed.

thread_count <- function() {
  wanted <- getOption("tte.threads", min(2L, cores()))
  wanted <- suppressWarnings(as.integer(wanted))
  if (length(wanted) != 1 || is.na(wanted) || wanted < 1) {
    abort_input(fault("tte.threads", "not_whole", "the option must be one whole number, at least 1"))
  }
  min(wanted, environment_limit("OMP_THREAD_LIMIT"), check_limit())
}

# Counted once a session: every count starts a process of the system.
counted <- new.env(parent = emptyenv())

cores <- function() {
  if (is.null(counted$cores)) {
    found <- parallel::detectCores()
    counted$cores <- if (is.na(found)) 1L else found
  }
  counted$cores
}

environment_limit <- function(variable) {
  limit <- suppressWarnings(as.integer(Sys.getenv(variable)))
  if (is.na(limit) || limit < 1) .Machine$integer.max else limit
}

# CRAN's checks allow two cores and announce it by this variable.
check_limit <- function() {
  value <- tolower(Sys.getenv("_R_CHECK_LIMIT_CORES_"))
  if (value %in% c("", "false")) .Machine$integer.max else 2L
}
