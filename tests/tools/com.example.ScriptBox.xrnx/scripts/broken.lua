this is no Lua, is it? (It is here to fail.)
