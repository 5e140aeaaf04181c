#pragma once

/** A mount was moved here that another namespace made: it may be shared. */
void mount_from_elsewhere(void);
