# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Tasks of this collection that write to one host take turns. A task decides, and where there is something to write it waits for its
# turn and decides again, because the task before may have changed what it decided on. Tasks that write nothing wait for nobody.

using namespace System.Diagnostics
using namespace System.Security.Principal
using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

# The option of every module that writes: how many seconds a task waits for its turn.
Function Get-TurnOption { @{ lock_timeout = @{ type = 'int'; default = 120 } } }

# Waits for the turn, and takes it. The caller disposes what comes out, whatever happens; Windows does it for a process that ends.
Function Enter-Turn {
    param ($Module)

    $seconds = $Module.Params.lock_timeout
    $me = "process $PID of $([WindowsIdentity]::GetCurrent().Name), $($Module.ModuleName), since $([DateTime]::UtcNow.ToString('s'))Z"
    $watch = [Stopwatch]::StartNew()
    $code = 0
    while ($true) {
        $turn = [Turn]::Take($me, [ref]$code)
        if ($turn) { return $turn }
        if ($watch.Elapsed.TotalSeconds -ge $seconds) { break }
        Start-Sleep -Milliseconds (Get-Random -Minimum 50 -Maximum 150)
    }
    $holder = [Turn]::Holder()
    throw "another task of this collection is changing this host, and did not end within $seconds seconds: " +
    "$(if ($holder) { $holder } else { "it does not say which process it is (error $code)" }). Nothing was changed. Run the task again later; " +
    'where that process hangs, end it, or wait longer with lock_timeout'
}

Export-ModuleMember -Function Enter-Turn, Get-TurnOption
