#include "../c/protocol.h"
